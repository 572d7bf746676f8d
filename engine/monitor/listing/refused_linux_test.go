package listing

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRefused: what the system refuses to tell is not deleted, is complained about once, and is listed when it can be.
func TestRefused(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // for ever: the thread ends with the test
	tr := newTree(t)
	at := func(name string) string { return tr.Path + name }
	allow := func(mode os.FileMode, names ...string) {
		t.Helper()
		for _, name := range names {
			if err := os.Chmod(at(name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, dir := range []string{"shut/sub", "closed/sub"} {
		if err := os.MkdirAll(at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"shut/f", "shut/sub/g", "closed/f", "closed/sub/g"} {
		if err := os.WriteFile(at(file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	asNobody := func(f func()) {
		t.Helper()
		if err := unix.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		f()
		if err := unix.Setfsuid(os.Geteuid()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(filepath.Clean(tr.Path)), 0o755); err != nil {
		t.Fatal(err)
	}
	look := func(want string) {
		t.Helper()
		asNobody(tr.lookEverywhere)
		tr.reports(t, want)
	}
	allow(0o700, "closed")
	look("Create closed/\nCreate shut/\nUnwatched closed/\nCreate shut/f\nCreate shut/sub/\nCreate shut/sub/g\n")
	allow(0o744, "shut") // names can be read, and nothing else
	look("Attrib shut/\nUnwatched shut/sub/\n")
	look("")
	allow(0o755, "shut", "closed")
	look("Attrib closed/\nAttrib shut/\nCreate closed/f\nCreate closed/sub/\nCreate closed/sub/g\n")
	look("")
}
