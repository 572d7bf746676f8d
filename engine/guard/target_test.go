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
	disk := filepath.Join(dir, "disk")
	path := disk + "/target/"
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
	must(os.Mkdir(disk, 0o755))
	want(nil) // it is still to be made
	must(os.Mkdir(path, 0o755))
	want(nil)
	want(nil)
	must(os.Rename(disk, dir+"/away"))
	want(guard.ErrAway)
	want(guard.ErrAway)
	must(os.Rename(dir+"/away", disk))
	want(nil)
	must(os.Rename(path, disk+"/other"))
	must(os.Mkdir(path, 0o755))
	want(guard.ErrRenewed)
	want(nil)
	must(os.Remove(path))
	want(guard.ErrRenewed)
	want(nil) // it is made again
	must(os.Mkdir(path, 0o755))
	want(nil)
}
