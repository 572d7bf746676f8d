package monitortest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// testOnce: what existed at the start is told when it is asked for, and nothing that happens later.
func testOnce(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{Excluded: func(path string) bool { return strings.HasPrefix(path, "x") }})
	run(t, r.Path, "mkdir d/e; write d/e/f one; write xf one; mkdir xd; write d/\xff one; symlink d l")
	s.Watch(r)
	run(t, r.Path, "write new one; append d/e/f two; mkdir d/new; rm l")
	s.Monitor.Relist(r.ID, "d/", monitor.Want{})
	s.Monitor.Relist(r.ID, "", monitor.Want{})
	s.listed(r.ID, "")
	var lists [][]string
	list := []string{}
	for _, e := range s.Take() {
		switch e.Kind {
		case event.Create:
			if dir := e.Path[:strings.LastIndexByte(strings.TrimSuffix(e.Path, "/"), '/')+1]; dir != "" && dir != "d/" && !slices.Contains(list, dir) {
				t.Errorf("%s was told before the directory it is in", e.Path)
			}
			list = append(list, e.Path)
		case event.Listed:
			slices.Sort(list)
			lists, list = append(lists, list), []string{}
		default:
			t.Errorf("reported: %s", Format([]event.Event{e}))
		}
	}
	want := [][]string{{"d/e/", "d/e/f", "d/\xff"}, {"d/", "d/e/", "d/e/f", "d/\xff", "l"}}
	if !slices.EqualFunc(lists, want, slices.Equal) {
		t.Errorf("listed %q, want %q", lists, want)
	}
	if got := s.Monitor.Stats(); got.Watched+got.Polled != 3 {
		t.Errorf("%+v", got)
	}
	check(t, os.RemoveAll(r.Path))
	s.Monitor.Relist(r.ID, "d/", monitor.Want{})
	s.listed(r.ID, "d/")
	if got := Format(s.Take()); strings.Count(got, "\n") != 4 {
		t.Errorf("after the root was deleted:\n%s", got)
	}
	s.Monitor.Unwatch(r.ID)
	s.Until(func() string { return "for the end of the watching" }, func() bool { return s.Monitor.Stats() == monitor.Stats{} })
}
