package guard_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lsyncgo/engine/guard"
)

// §9: a target that is away, and one that is another directory.
func TestTarget(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "target") + "/"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var target guard.Target
	want := func(err error) {
		t.Helper()
		if got := target.Check(path); !errors.Is(got, err) || (err == nil) != (got == nil) {
			t.Errorf("got %v, wanted %v", got, err)
		}
	}
	want(nil) // it is still to be made
	must(os.Mkdir(path, 0o755))
	want(nil)
	want(nil)
	must(os.Rename(path, dir+"/away"))
	want(guard.ErrAway)
	want(guard.ErrAway)
	must(os.Rename(dir+"/away", path))
	want(nil)
	must(os.Rename(path, dir+"/away"))
	must(os.Mkdir(path, 0o755))
	want(guard.ErrRenewed)
	want(nil)
}
