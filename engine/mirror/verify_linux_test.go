//go:build linux && !portable

package mirror_test

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/fsat/treetest"
)

// §9: TestSameSizeSameTimeAtStart: what changed while nobody looked, and has the size and time of before, is found, and only
// that is read.
func TestSameSizeSameTimeAtStart(t *testing.T) {
	for name, change := range map[string]func(source string){
		"another file": func(source string) {
			put(t, source+"new", "B1")
			check(t, os.Chtimes(source+"new", old, old))
			check(t, os.Rename(source+"new", source+"1/f"))
		},
		"written, and the time set": func(source string) {
			put(t, source+"1/f", "B1")
			check(t, os.Chtimes(source+"1/f", old, old))
		},
		"names exchanged": func(source string) {
			check(t, os.Rename(source+"1/f", source+"x"))
			check(t, os.Rename(source+"2/f", source+"1/f"))
			check(t, os.Rename(source+"x", source+"2/f"))
		},
		"directories exchanged": func(source string) {
			check(t, os.Rename(source+"1", source+"x"))
			check(t, os.Rename(source+"2", source+"1"))
			check(t, os.Rename(source+"x", source+"2"))
		},
		"directories above exchanged": func(source string) {
			check(t, os.Rename(source+"3", source+"x"))
			check(t, os.Rename(source+"4", source+"3"))
			check(t, os.Rename(source+"x", source+"4"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := sides(t)
			for i := range 6 {
				for _, path := range []string{fmt.Sprintf("%d/f", i), fmt.Sprintf("%d/sub/f", i)} {
					put(t, o.Source+path, fmt.Sprint("A", i))
					check(t, os.Chtimes(o.Source+path, old, old))
				}
				check(t, os.Chtimes(fmt.Sprintf("%s%d/sub", o.Source, i), old, old))
				check(t, os.Chtimes(fmt.Sprintf("%s%d", o.Source, i), old, old))
			}
			tree(t, o)
			change(o.Source)
			if r := tree(t, o); r.Copied == 0 {
				t.Error("nothing was copied")
			}
			if diff := treetest.Equal(o.Source, o.Target, kept); len(diff) > 0 {
				t.Fatal(diff)
			}
		})
	}
}

// §9: TestComparedOnce: what was found to be equal is not compared again.
func TestComparedOnce(t *testing.T) {
	o := sides(t)
	for _, path := range []string{"a", "d/b"} {
		put(t, o.Source+path, "A")
		check(t, os.Chtimes(o.Source+path, old, old))
	}
	check(t, os.Chtimes(o.Source+"d", old, old))
	tree(t, o)
	check(t, os.Link(o.Source+"a", t.TempDir()+"/a")) // changes nothing but the time of change
	check(t, os.Rename(o.Source+"d", o.Source+"e"))
	check(t, os.Rename(o.Source+"e", o.Source+"d"))
	nextTick(t)
	before := changes(t, o.Target)
	tree(t, o)
	compared := changes(t, o.Target)
	for i, c := range compared {
		if c == before[i] {
			t.Errorf("%d was not compared", i)
		}
	}
	nextTick(t)
	tree(t, o)
	if again := changes(t, o.Target); again != compared {
		t.Errorf("%v, then %v", compared, again)
	}
}

// changes returns when a, d and d/b were changed.
func changes(t *testing.T, dir string) (times [3]unix.Timespec) {
	t.Helper()
	for i, name := range []string{"a", "d", "d/b"} {
		var st unix.Stat_t
		check(t, unix.Lstat(dir+name, &st))
		times[i] = st.Ctim
	}
	return times
}

// nextTick returns when the clock of file systems has gone on.
func nextTick(t *testing.T) {
	t.Helper()
	path := t.TempDir() + "/clock"
	put(t, path, "")
	var first, now unix.Stat_t
	for check(t, unix.Lstat(path, &first)); now.Ctim == first.Ctim || now.Ctim.Sec == 0; check(t, unix.Lstat(path, &now)) {
		check(t, os.Chmod(path, 0o600))
	}
}

// §9: TestUnlike: of a target that was made from another source nothing is trusted.
func TestUnlike(t *testing.T) {
	o := sides(t)
	put(t, o.Source+"d/a", "A")
	put(t, o.Target+"d/a", "B")
	for _, dir := range []string{o.Source, o.Target} {
		check(t, os.Chtimes(dir+"d/a", old, old))
	}
	nextTick(t)
	check(t, os.Chmod(o.Target+"d/a", 0o600)) // later than anything in the source
	o.Unlike = true
	if r := tree(t, o); r.Copied != 1 {
		t.Errorf("%+v", r)
	}
}
