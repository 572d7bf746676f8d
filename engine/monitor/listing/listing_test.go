package listing

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// newTree is of an empty directory, and was started.
func newTree(t *testing.T) *watched {
	t.Helper()
	w := &watcher{opts: monitor.Options{}.WithDefaults(), interval: time.Hour, ctx: t.Context(), now: time.Now(), walks: &monitor.Walks{}}
	tr := &watched{Root: monitor.Root{ID: 1, Path: t.TempDir() + "/"}, w: w, dirty: hinted{}}
	if err := tr.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	tr.hints = &hints{}
	tr.check = w.now.Add(time.Hour)
	return tr
}

// lookAt lists a directory as after a hint.
func (t *watched) lookAt(dir string) {
	t.hint(hinted{dir: {}})
	t.look()
}

// reports checks what was reported since the last time.
func (t *watched) reports(test *testing.T, want string) {
	test.Helper()
	if got := monitortest.Format(t.w.out); got != want {
		test.Errorf("reported\n%swanted\n%s", got, want)
	}
	t.w.out = nil
}

// TestLookAgain: what is made in a new directory before the Hinter watches it is hinted at by nobody.
func TestLookAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTree(t)
		w, root := tr.w, tr.Path
		if err := os.Mkdir(root+"d", 0o755); err != nil {
			t.Fatal(err)
		}
		tr.lookAt("")
		if err := os.WriteFile(root+"d/f", nil, 0o644); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Until(tr.next()))
		w.now = time.Now()
		tr.onTime()
		tr.reports(t, "Create d/\nCreate d/f\n")
	})
}

// TestAwayWhenListed: a directory that was away when it should have been listed is listed when another one, with the
// same inode number, has its name.
func TestAwayWhenListed(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	if err := os.MkdirAll(tr.Path+"d/e", 0o755); err != nil {
		t.Fatal(err)
	}
	tr.lookAt("")
	tr.reports(t, "Create d/\nCreate d/e/\n")
	tr.top.At("d/").Find("e").Below = nil
	if err := os.WriteFile(tr.Path+"d/e/f", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tr.lookEverywhere()
	tr.reports(t, "Create d/e/f\n")
	tr.lookEverywhere()
	tr.reports(t, "")
}
