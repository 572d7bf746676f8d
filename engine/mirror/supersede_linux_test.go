//go:build linux && !portable

package mirror_test

import (
	"context"
	"os"
	"testing"

	"lsyncgo/engine/mirror"
)

// TestTypeChange: whatever takes the place of whatever.
// §9: what is in the way stays until the new one has its place.
func TestTypeChange(t *testing.T) {
	kinds := map[string]func(path string){
		"file":  func(path string) { put(t, path, "1") },
		"link":  func(path string) { check(t, os.Symlink("nowhere", path)) },
		"dir":   func(path string) { put(t, path+"/a/b", "2") },
		"empty": func(path string) { check(t, os.Mkdir(path, 0o755)) },
		"none":  func(string) {},
	}
	for was, before := range kinds {
		for is, now := range kinds {
			for _, moved := range []bool{false, true} {
				o := sides(t)
				before(o.Source + "x")
				now(o.Source + "y")
				tree(t, o)
				check(t, os.RemoveAll(o.Source+"x"))
				if moved && is != "none" {
					check(t, os.Rename(o.Source+"y", o.Source+"x"))
					apply(t, o, ops("delete x", "move y > x"))
				} else {
					now(o.Source + "x")
					apply(t, o, ops("delete x", "tree x"))
				}
				same(t, o)
				if len(temps(t, o.Target)) > 0 {
					t.Errorf("%s to %s: temporary files are left", was, is)
				}
			}
		}
	}
}

// TestTypeChangeKeeps: the old one stays where the new one cannot be made, and where something in it has to stay.
// §9: what is in the way stays until the new one has its place.
func TestTypeChangeKeeps(t *testing.T) {
	top := mount(t, "nr_inodes=12")
	o := sidesIn(t, top)
	put(t, o.Source+"d/f", "1")
	put(t, o.Target+"d", "old") // a file, where a directory cannot be made for lack of inodes
	for i := range 12 {
		if f, err := os.Create(o.Source + string(rune('a'+i)) + ".fill"); err == nil {
			check(t, f.Close())
		}
	}
	o.Excluded = func(path string) bool { return path[len(path)-1] == 'l' }
	if r, err := mirror.Tree(context.Background(), o, ""); err == nil || read(t, o.Target+"d") != "old" {
		t.Errorf("the old file is gone: %v, %+v", err, r)
	}

	o = sides(t)
	put(t, o.Source+"x", "new")
	put(t, o.Target+"x/kept/y.keep", "")
	put(t, o.Target+"x/kept/z", "")
	o.Excluded = func(path string) bool { return path == "x/kept/y.keep" }
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != mirror.ExitPartial || !exists(o.Target+"x/kept/y.keep") || exists(o.Target+"x/kept/z") || len(temps(t, o.Target)) > 0 {
		t.Errorf("%v, %+v", err, r)
	}

	o = sides(t)
	o.Delete = false
	put(t, o.Source+"x", "new")
	put(t, o.Target+"x/y", "")
	r, err = mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != mirror.ExitPartial || !exists(o.Target+"x/y") || len(temps(t, o.Target)) > 0 {
		t.Errorf("%v, %+v", err, r)
	}
}
