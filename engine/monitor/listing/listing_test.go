package listing

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// TestLookAgain: what is made in a new directory before the Hinter watches it is hinted at by nobody.
func TestLookAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watcher{opts: monitor.Options{}.WithDefaults(), interval: time.Hour, ctx: t.Context(), now: time.Now()}
		root := t.TempDir() + "/"
		tr := &tree{Root: monitor.Root{ID: 1, Path: root}, w: w, dirs: map[string]listing{"": {}}, dirty: hinted{}, hints: &hints{}}
		st, err := os.Stat(root)
		if err != nil {
			t.Fatal(err)
		}
		tr.id = identify(root, st)
		tr.check = w.now.Add(time.Hour)
		if err := os.Mkdir(root+"d", 0o755); err != nil {
			t.Fatal(err)
		}
		tr.compare("")
		if err := os.WriteFile(root+"d/f", nil, 0o644); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Until(tr.next()))
		w.now = time.Now()
		tr.onTime()
		if got, want := monitortest.Format(w.out), "Create d/\nCreate d/f\n"; got != want {
			t.Errorf("reported\n%swanted\n%s", got, want)
		}
	})
}
