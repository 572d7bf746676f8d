package event

import "testing"

// What means a whole directory is said here for all.
func TestWhole(t *testing.T) {
	for _, tt := range []struct {
		kind  Kind
		isDir bool
		tree  bool
		want  bool
	}{
		{Create, true, false, false}, {Create, true, true, true}, {Attrib, true, false, false}, {Delete, true, false, true},
		{Delete, false, false, false}, {Move, true, false, true}, {Move, false, false, false}, {Full, false, false, true},
	} {
		if got := Whole(tt.kind, tt.isDir, tt.tree); got != tt.want {
			t.Errorf("%s of a directory %t, tree %t: %t", tt.kind, tt.isDir, tt.tree, got)
		}
	}
	gone, is := Event{Root: 3, Kind: Move, Path: "a/", Dest: "b/c/"}.Halves()
	if gone != (Event{Root: 3, Kind: Delete, Path: "a/"}) || is != (Event{Root: 3, Kind: Create, Path: "b/c/", Tree: true}) {
		t.Errorf("halves %+v, %+v", gone, is)
	}
	if _, is := (Event{Kind: Move, Path: "a", Dest: "b"}).Halves(); is.Tree {
		t.Errorf("a file: %+v", is)
	}
}
