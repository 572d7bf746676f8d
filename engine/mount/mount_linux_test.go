package mount

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParse(t *testing.T) {
	table := parse([]byte("22 1 0:20 / / rw - ext4 /dev/root rw\n" +
		`31 22 0:21 / /a\040b\134c\012d/\x9 rw shared:1 - tmpfs none rw` + "\n" +
		"broken\nx 1 2 3 /no\n"))
	want := []Point{{Mount{22, 0, "0:20 / ext4 /dev/root"}, "/"}, {Mount{31, 0, "0:21 / tmpfs none"}, "/a b\\c\nd/\\x9"}}
	if !slices.Equal(table, want) {
		t.Errorf("%+v, want %+v", table, want)
	}
}

// TestBelow: nested mounts, one hidden by another, and one upon another.
func TestBelow(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mount := func(name string) {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("none", at, "tmpfs", 0, ""); err != nil {
			t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
		}
		t.Cleanup(func() { _ = unix.Unmount(at, unix.MNT_DETACH) })
	}
	mount("a b")
	mount("a b/in")
	mount("c/hidden")
	mount("c")
	mount("twice")
	mount("twice")
	below := func() (paths []string) {
		t.Helper()
		table, err := Table()
		if err != nil {
			t.Fatal(err)
		}
		for path := range Below(table, dir+"/") {
			paths = append(paths, path)
		}
		slices.Sort(paths)
		return paths
	}
	if got := below(); !slices.Equal(got, []string{"a b/", "a b/in/", "c/", "twice/"}) {
		t.Errorf("%q", got)
	}
	if missing := Missing(dir+"/", []string{"a b/", "d/", "twice/"}); !slices.Equal(missing, []string{"d/"}) {
		t.Errorf("missing: %q", missing)
	}
	if err := unix.Unmount(filepath.Join(dir, "twice"), 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.Unmount(filepath.Join(dir, "a b"), unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	if got := below(); !slices.Equal(got, []string{"c/", "twice/"}) {
		t.Errorf("%q", got)
	}
}
