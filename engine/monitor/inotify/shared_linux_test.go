package inotify

import (
	"os"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// §3: one watch of the kernel for a directory serves all syncs that see it, be their sources the same, nested or limited.
func TestOneWatchForAll(t *testing.T) {
	s := monitortest.NewSession(t, open)
	outer := s.Root("root", monitor.Root{ID: 1})
	same := s.Root("root", monitor.Root{ID: 2})
	inner := s.Root("root/a/b", monitor.Root{ID: 3})
	flat := s.Root("root/a", monitor.Root{ID: 4, Flat: true})
	check(t, os.MkdirAll(outer.Path+"a/b/c", 0o755))
	// Those of outer are root, a, b, c and some directories above.
	watches := func() (n int) {
		for _, g := range s.Monitor.(*instances).list {
			n += kernelWatches(t, g.reader.FD())
		}
		return n
	}
	s.Watch(outer)
	first := watches()
	for i, r := range []monitor.Root{same, inner, flat} {
		s.Watch(r)
		if n := watches(); n != first || n < 4 {
			t.Errorf("%d watches with %d syncs, %d with one", n, i+2, first)
		}
	}
	check(t, os.Mkdir(inner.Path+"d", 0o755))
	write(t, inner.Path+"d/f")
	until(s, event.Create, "a/b/d/f")
	s.Equal()
	if n := watches(); n != first+1 {
		t.Errorf("%d watches with a new directory, %d without", n, first)
	}
}

// An instance waits as long as the least patient of its roots allows, and of one that has gone it knows no more.
func TestSlackOfTheLeastPatient(t *testing.T) {
	s := monitortest.NewSession(t, open)
	patient := s.Root("root", monitor.Root{ID: 1, Slack: 5 * time.Millisecond})
	hurried := s.Root("root/a", monitor.Root{ID: 2})
	check(t, os.MkdirAll(hurried.Path, 0o755))
	slack := func() time.Duration { return s.Monitor.(*instances).list[0].reader.Slack() }
	s.Watch(patient)
	if got := slack(); got != patient.Slack {
		t.Errorf("slack with a patient root alone: %v, want %v", got, patient.Slack)
	}
	s.Watch(hurried)
	if got := slack(); got != 0 {
		t.Errorf("slack beside one in a hurry: %v, want none", got)
	}
	s.Monitor.Unwatch(hurried.ID)
	if got := slack(); got != patient.Slack {
		t.Errorf("slack when that has gone: %v, want %v", got, patient.Slack)
	}
	write(t, patient.Path+"f")
	until(s, event.Create, "f")
}
