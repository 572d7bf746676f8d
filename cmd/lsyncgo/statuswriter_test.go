package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/status"
)

// §2: settings{ statusInterval }.
// §10: at most once per interval, and at the end.
func TestStatusFileIsWrittenOncePerInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken := 0
		r := newStatusWriter(func(between func(func()) bool) status.Snapshot {
			if between == nil {
				t.Error("the delays are missing")
			}
			taken++
			return status.Snapshot{At: time.Now()}
		}, direct, func(text string, _ bool) { t.Error(text) })
		if again := r.changed(time.Now()); !again.IsZero() || taken != 0 {
			t.Errorf("without a path: again %v, %d taken", again, taken)
		}
		r.path, r.interval = filepath.Join(t.TempDir(), "status"), 10*time.Second
		start := time.Now()
		steps := []struct {
			at    time.Duration
			taken int
			again time.Duration // 0: never
		}{
			{0, 1, 0},
			{time.Second, 1, 10 * time.Second},
			{9 * time.Second, 1, 10 * time.Second},
			{10 * time.Second, 2, 0},
			{30 * time.Second, 3, 0},
		}
		for _, s := range steps {
			synctest.Wait()
			again := r.changed(start.Add(s.at))
			want := time.Time{}
			if s.again > 0 {
				want = start.Add(s.again)
			}
			if taken != s.taken || !again.Equal(want) {
				t.Errorf("at %s: %d taken, again %s", s.at, taken, again)
			}
		}
		r.soon()
		synctest.Wait()
		if r.changed(start.Add(31 * time.Second)); taken != 4 {
			t.Errorf("on demand: %d taken", taken)
		}
		synctest.Wait()
		r.close()
		if text, err := os.ReadFile(r.path); taken != 5 || err != nil || !strings.HasPrefix(string(text), "Lsyncd status report at ") {
			t.Errorf("at the end: %d taken, %q, %v", taken, text, err)
		}
	})
}

func direct(f func()) bool { f(); return true }

// §10: a status file that cannot be written.
func TestStatusFileThatFailsIsReportedOnce(t *testing.T) {
	var failures []string
	r := newStatusWriter(func(func(func()) bool) status.Snapshot { return status.Snapshot{} }, direct, func(text string, isError bool) {
		if !isError {
			t.Error("it passes for a warning")
		}
		failures = append(failures, text)
	})
	r.path = filepath.Join(t.TempDir(), "no", "such")
	for range 3 {
		r.soon()
		for now := time.Now(); !r.changed(now).IsZero(); r.soon() { // the writer is busy
			now = now.Add(time.Second)
		}
	}
	r.close()
	if len(failures) != 1 {
		t.Errorf("%d reports: %v", len(failures), failures)
	}
}
