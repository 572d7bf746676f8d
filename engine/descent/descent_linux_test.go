package descent_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/descent"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deep makes a chain of directories below top; each has a directory "side" with a file in it, too.
func deep(t *testing.T, top, name string, levels int) {
	t.Helper()
	at, err := os.OpenRoot(top)
	check(t, err)
	for range levels {
		check(t, at.Mkdir("side", 0o755))
		check(t, at.WriteFile("side/f", nil, 0o644))
		check(t, at.Mkdir(name, 0o755))
		next, err := at.OpenRoot(name)
		check(t, err)
		check(t, at.Close())
		at = next
	}
	check(t, at.Close())
}

func open(t *testing.T, path string) *descent.Cursor {
	t.Helper()
	c, err := descent.Open(path)
	check(t, err)
	t.Cleanup(c.Close)
	return c
}

func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	check(t, err)
	return len(list)
}

// walk counts the entries below c, and remembers how many descriptors were open at most.
func walk(t *testing.T, c *descent.Cursor, most *int) (n int) {
	var dirs []string
	check(t, c.ReadDir(func(e fs.DirEntry) error {
		n++
		if e.IsDir() {
			dirs = append(dirs, e.Name())
		}
		_, err := e.Info()
		return err
	}))
	*most = max(*most, descriptors(t))
	for _, d := range dirs {
		check(t, c.Down(d))
		n += walk(t, c, most)
		check(t, c.Up())
	}
	return n
}

// TestDeep: a path to the bottom would have a hundred thousand bytes.
func TestDeep(t *testing.T) {
	top := t.TempDir()
	const levels = 400
	deep(t, top, strings.Repeat("n", 250), levels)
	before, most := descriptors(t), 0
	if n := walk(t, open(t, top), &most); n != 3*levels {
		t.Errorf("%d entries, want %d", n, 3*levels)
	}
	if most > before+16 {
		t.Errorf("%d descriptors were open", most-before)
	}
}

// TestMoved: where a directory was moved to another one, the way up does not lead there.
func TestMoved(t *testing.T) {
	top := t.TempDir()
	deep(t, top, "d", 20)
	elsewhere := t.TempDir()
	c := open(t, top)
	for range 16 {
		check(t, c.Down("d"))
	}
	at := func(level int) string { return filepath.Join(top, strings.Repeat("d/", level)) }
	check(t, os.Rename(at(14), elsewhere+"/d"))
	check(t, c.Up()) // to level 15, which went along
	check(t, c.Up()) // to level 14, which was moved itself
	check(t, c.Up()) // the way up leads elsewhere, the one from the root to level 13
	var names []string
	check(t, c.ReadDir(func(e fs.DirEntry) error { names = append(names, e.Name()); return nil }))
	if len(names) != 1 || names[0] != "side" {
		t.Errorf("level 13 holds %q", names)
	}
	check(t, os.Rename(at(10), elsewhere+"/e"))
	check(t, c.Up())
	check(t, os.Rename(elsewhere+"/e/d/d", elsewhere+"/f"))
	if err := c.Up(); !errors.Is(err, descent.ErrMoved) {
		t.Errorf("level 11 is nowhere: %v", err)
	}
	if err := c.Down("side"); !errors.Is(err, descent.ErrMoved) {
		t.Errorf("in a directory that is not open: %v", err)
	}
	if err := c.Up(); !errors.Is(err, descent.ErrMoved) {
		t.Errorf("level 10 is elsewhere: %v", err)
	}
	check(t, c.Up())
	check(t, c.Down("side"))
	check(t, os.Symlink(top, at(9)+"d"))
	check(t, c.Up())
	if err := c.Down("d"); err == nil {
		t.Error("a symbolic link was followed")
	}
}
