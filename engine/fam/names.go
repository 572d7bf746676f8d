package fam

import (
	"slices"
	"strings"

	"lsyncgo/engine/event"
)

// names are the entries of a directory. They hold a tree, as a directory takes all in it with it.
type names map[string]*entry

// entry is what is known of one entry.
type entry struct {
	is    *event.Signature // when it was told last; nil: nobody knows
	below names            // of a directory, never nil; nil for what is none
	// told: that it has changed waits for the handler, who sees then what it is.
	told bool
}

func (e *entry) isDir() bool { return e.below != nil }

// take notes what the entry is now, and reports whether that may differ from what it was.
func (e *entry) take(is *event.Signature) (differs bool) {
	differs = e.is == nil || is == nil || *e.is != *is
	if e.isDir() && (e.is == nil || is == nil) { // what is in it is told by itself
		differs = false
	}
	e.is = is
	return differs
}

// find returns the entry of that path; nil if there is none.
func (n names) find(path string) *entry {
	var e *entry
	for name := range strings.SplitSeq(path, "/") {
		if e = n[name]; e == nil {
			return nil
		}
		n = e.below
	}
	return e
}

// in returns what is in the directory of that path.
func (n names) in(path string) names {
	if e := n.find(path); e != nil {
		return e.below
	}
	return nil
}

// with adds an entry, and the directories on the way to it.
func (n names) with(path string, isDir bool) names {
	if n == nil {
		n = names{}
	}
	at := n
	for {
		name, rest, more := strings.Cut(path, "/")
		e := at[name]
		if e == nil || e.isDir() != (more || isDir) {
			e = &entry{}
			if more || isDir {
				e.below = names{}
			}
			at[name] = e
		}
		if !more {
			return n
		}
		at, path = e.below, rest
	}
}

func (n names) drop(path string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		n, path = n.in(path[:i]), path[i+1:]
	}
	delete(n, path)
}

func (n names) sorted() []string {
	list := make([]string, 0, len(n))
	for name := range n {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// count counts all that is in the tree.
func (n names) count() int {
	sum := len(n)
	for _, e := range n {
		sum += e.below.count()
	}
	return sum
}
