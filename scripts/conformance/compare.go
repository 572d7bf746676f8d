package main

import (
	"fmt"
	"slices"
	"strings"
)

// call is one start of a program.
type call struct {
	argv  []string // the first one is the program's name without directory
	stdin string
	step  int // how often the engine had settled before
}

func (c call) String() string {
	var b strings.Builder
	for i, a := range c.argv {
		if i > 0 {
			b.WriteByte(' ')
		}
		if a == "" || strings.ContainsAny(a, " \"'\\") || strings.ContainsFunc(a, func(r rune) bool { return r < ' ' || r > '~' }) {
			a = fmt.Sprintf("%q", a)
		}
		b.WriteString(a)
	}
	if c.stdin != "" {
		fmt.Fprintf(&b, " < %q", c.stdin)
	}
	return b.String()
}

// about tells whether the call names the path, in its arguments or its input.
func (c call) about(path string) bool {
	words := append(slices.Clone(c.argv[1:]), strings.FieldsFunc(c.stdin, func(r rune) bool { return r == 0 || r == '\n' })...)
	return slices.ContainsFunc(words, func(word string) bool { return relative(word) == path })
}

// relative takes from a word what can surround a path of the source.
func relative(word string) string {
	for _, prefix := range []string{"$SOURCE", "$TARGET", "."} {
		if rest, ok := strings.CutPrefix(word, prefix+"/"); ok {
			word = rest
			break
		}
	}
	return strings.Trim(word, "/")
}

// recording is what an engine did.
type recording struct {
	engine int
	calls  []call
	exit   int
	tree   []string // the target, see listing
	source []string // the source
	output string   // what it printed
}

func (r *recording) show(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "     %s, %s: exit status %d\n", engineNames[r.engine], title, r.exit)
	for _, c := range r.calls {
		fmt.Fprintf(&b, "       %v\n", c)
	}
	return b.String()
}

// compare returns what differs, a line each, or "".
func compare(s scenario, both [2]recording) string {
	var b strings.Builder
	fault := func(what string, lists [2][]string) {
		if slices.Equal(lists[theirs], lists[ours]) {
			return
		}
		fmt.Fprintf(&b, "     %s:\n", what)
		for engine, list := range lists {
			for _, line := range without(list, lists[1-engine]) {
				fmt.Fprintf(&b, "       only %s: %s\n", engineNames[engine], line)
			}
		}
	}
	if both[theirs].exit != both[ours].exit {
		fmt.Fprintf(&b, "     exit status: lsyncd %d, lsyncgo %d\n", both[theirs].exit, both[ours].exit)
		for _, r := range both {
			fmt.Fprintf(&b, "     %s printed:\n%s\n", engineNames[r.engine], r.output)
		}
	}
	var calls, trees [2][]string
	for i := range both {
		calls[i] = lines(both[i].calls)
		slices.Sort(calls[i])
		trees[i] = both[i].tree
	}
	fault("calls", calls)
	fault("target tree", trees)
	if b.Len() == 0 && !s.apart {
		b.WriteString(order(s, both))
	}
	return b.String()
}

// order compares the order of the calls about each path.
func order(s scenario, both [2]recording) string {
	var b strings.Builder
	for _, path := range s.paths() {
		var lists [2][]string
		for i := range both {
			lists[i] = lines(slices.DeleteFunc(slices.Clone(both[i].calls), func(c call) bool { return !c.about(path) }))
		}
		if !slices.Equal(lists[theirs], lists[ours]) {
			fmt.Fprintf(&b, "     order for %q:\n", path)
			for engine, list := range lists {
				fmt.Fprintf(&b, "       %s: %s\n", engineNames[engine], strings.Join(list, ", "))
			}
		}
	}
	return b.String()
}

func lines(calls []call) []string {
	var list []string
	for _, c := range calls {
		list = append(list, c.String())
	}
	return list
}

// without returns the elements of list that are left when each of other has taken one away.
func without(list, other []string) []string {
	count := map[string]int{}
	for _, o := range other {
		count[o]++
	}
	var left []string
	for _, l := range list {
		if count[l]--; count[l] < 0 {
			left = append(left, l)
		}
	}
	return left
}
