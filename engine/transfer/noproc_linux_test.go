//go:build linux && !portable

package transfer

import (
	"context"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWithoutProc: what this kernel does with a path only is a failure of its entry where /proc is missing, and never
// done by name; everything else is done.
func TestWithoutProc(t *testing.T) {
	hasProc = func() bool { return false }
	defer func() { hasProc = procIsMounted }()
	o := Defaults()
	o.Source, o.Target = t.TempDir()+"/", t.TempDir()+"/"
	for _, name := range []string{"a", "b", "c"} {
		if err := os.WriteFile(o.Source+name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := Tree(context.Background(), o, ""); err != nil || r.Copied != 3 || r.ExitCode() != ExitOK {
		t.Fatalf("%v, %+v", err, r)
	}
	// A new file has a descriptor that takes attributes; an existing one is held by one that does not.
	err := errors.Join(unix.Setxattr(o.Source+"a", "user.a", []byte("1"), 0), os.Chmod(o.Source+"c", 0o600),
		os.WriteFile(o.Source+"new", []byte("n"), 0o644), unix.Setxattr(o.Source+"new", "user.a", []byte("1"), 0))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != ExitPartial || r.FailedTotal != 2 || !errors.Is(r.Failed[0].Err, errNoProc) || !errors.Is(r.Failed[1].Err, errNoProc) {
		t.Fatalf("%v, %+v", err, r)
	}
	if n, err := unix.Getxattr(o.Target+"a", "user.a", nil); !errors.Is(err, unix.ENODATA) {
		t.Errorf("done by name: %d, %v", n, err)
	}
	if info, err := os.Stat(o.Target + "c"); err != nil || info.Mode() != 0o644 { // its attributes are not known
		t.Errorf("done by name: %v, %v", info.Mode(), err)
	}
	if n, err := unix.Getxattr(o.Target+"new", "user.a", nil); n != 1 || err != nil {
		t.Errorf("a new file has no attribute: %v", err)
	}
}
