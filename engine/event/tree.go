package event

// An event may mean more than the entry that it names: all of a directory. These three functions say which do, to monitors,
// to the engine and to those who act at a target.

// Whole reports whether an event of this kind means all that is below its path at the target: a Full, one with Tree, and
// whatever takes a directory away. Where that was another one may be now, and the target has entries of the old one that
// nobody told of.
func Whole(k Kind, isDir, tree bool) bool {
	return tree || k == Full || isDir && (k == Delete || k == Move)
}

// Arrives reports whether a rename to path brings contents for which no events of their own follow: that of any directory.
func Arrives(path string) (tree bool) { return IsDir(path) }

// Halves returns a Move as what it takes away and what it brings.
func (e Event) Halves() (gone, is Event) {
	gone, is = e, e
	gone.Kind, gone.Dest, gone.Tree = Delete, "", false
	is.Kind, is.Path, is.Dest, is.Tree = Create, e.Dest, "", Arrives(e.Dest)
	return gone, is
}
