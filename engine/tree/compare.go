package tree

import (
	"iter"
	"slices"
	"strings"
)

// Kind says how an entry differs from what was remembered of it.
type Kind uint8

const (
	// Same: nothing that is reported of it. The times of a directory change with its entries.
	Same Kind = iota
	// New: it was not there.
	New
	// Gone: it is not there any more, or another one has its name, which is New then.
	Gone
	// Content: it may have been written.
	Content
	// Metadata: it is the same, but for its mode, owner or attributes.
	Metadata
)

// Change is one entry that Compare tells of. Was is nil if Kind is New; if it is Gone, Is is what has its name now, or nil. They
// are valid during the call.
type Change struct {
	Kind    Kind
	Was, Is *Entry
}

// Compare calls take for each entry of a directory, by what was remembered of it and what it holds now, both in
// order of names: first for what is gone, then for all that is there. If take returns true the change is
// remembered, otherwise what was remembered stays, and the next comparison tells of it again. Compare returns
// what is remembered now; that is was if it has not changed. A Dir goes on with the entry that it belongs to.
func Compare(was, is []Entry, take func(Change) bool) []Entry {
	m := memory{was: was, room: len(is)}
	var stay []*Entry // that are gone, but are to be remembered; in order
	for w, i := range pairs(was, is) {
		if w != nil && (i == nil || replaced(w, i)) && !take(Change{Gone, w, i}) {
			stay = append(stay, w)
		}
	}
	for w, i := range pairs(was, is) {
		switch {
		case len(stay) > 0 && w == stay[0]:
			stay = stay[1:]
			m.keep(*w)
		case i == nil:
		case w == nil || replaced(w, i):
			if take(Change{New, nil, i}) {
				m.keep(*i)
			}
		default:
			i.Below = w.Below
			kept := i
			if !take(Change{differs(w, i), w, i}) || i.Refused {
				w.Below = i.Below
				kept = w
			}
			m.keep(*kept)
		}
	}
	return m.kept()
}

// memory is what a comparison remembers. It costs nothing as long as that is what was remembered before.
type memory struct {
	was  []Entry
	same int // so many of was
	room int
	is   []Entry // once it differs
}

func (m *memory) keep(e Entry) {
	if m.is == nil {
		if m.same < len(m.was) && m.was[m.same] == e {
			m.same++
			return
		}
		m.is = append(make([]Entry, 0, max(m.room, m.same+1)), m.was[:m.same]...)
	}
	m.is = append(m.is, e)
}

func (m *memory) kept() []Entry {
	switch {
	case m.is != nil:
		return slices.Clip(m.is)
	case m.same == len(m.was):
		return m.was
	}
	return slices.Clone(m.was[:m.same])
}

// pairs brings together what has the same name in both, in order of names; nil stands for what one of them does not have.
func pairs(a, b []Entry) iter.Seq2[*Entry, *Entry] {
	return func(yield func(*Entry, *Entry) bool) {
		i, j := 0, 0
		for i < len(a) || j < len(b) {
			var x, y *Entry
			order := 0
			switch {
			case i == len(a):
				order = 1
			case j == len(b):
				order = -1
			default:
				order = strings.Compare(a[i].Name, b[j].Name)
			}
			if order <= 0 {
				x = &a[i]
				i++
			}
			if order >= 0 {
				y = &b[j]
				j++
			}
			if !yield(x, y) {
				return
			}
		}
	}
}

// replaced reports whether the two are different things with the same name. A file that was replaced by another
// counts as written.
func replaced(was, is *Entry) bool {
	return was.Mode.Type() != is.Mode.Type() || was.IsDir() && was.Inode != is.Inode && !was.Refused && !is.Refused
}

func differs(was, is *Entry) Kind {
	a, b := &was.Signature, &is.Signature
	switch {
	case *a == *b || b.Refused:
		return Same
	case a.Mode != b.Mode || a.UID != b.UID || a.GID != b.GID:
		if a.IsDir() || !a.written(b) {
			return Metadata
		}
		return Content
	case a.IsDir():
		// What happens in a directory sets both of its times.
		if a.Changed != b.Changed && a.Modified == b.Modified {
			return Metadata
		}
		return Same
	case a.written(b):
		return Content
	}
	return Metadata
}

func (s *Signature) written(now *Signature) bool {
	return s.Size != now.Size || s.Modified != now.Modified || s.Inode != now.Inode
}
