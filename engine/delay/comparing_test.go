package delay

import (
	"slices"
	"testing"

	"lsyncgo/engine/event"
)

// §9: who acts on the end of a directory, or on all of one, may meet what appears there and has not compared it.
func TestComparing(t *testing.T) {
	for _, c := range []struct {
		kind       event.Kind
		path, dest string
		tree       bool
		want       []string // of those below
	}{
		{event.Delete, "d/", "", false, []string{"d/", "d/e/"}},
		{event.Move, "d/", "x/", false, []string{"d/", "d/e/"}},
		{event.Create, "d/", "", true, []string{"d/", "d/e/"}},
		{event.Attrib, "", "", true, []string{"d/", "d/e/", "de/", "x/"}},
		{event.Create, "d/", "", false, nil},
		{event.Attrib, "d/", "", false, nil},
		{event.Delete, "d", "", false, nil},
		{event.Full, "d", "", false, []string{"d/", "d/e/"}},
		{event.Full, "", "", false, []string{"d/", "d/e/", "de/", "x/"}},
	} {
		for _, end := range []func(*Queue, *Delay){
			func(q *Queue, d *Delay) { q.Remove(d) },
			func(q *Queue, d *Delay) { q.Retry(d, at(1)) },
			func(q *Queue, d *Delay) { q.Curtail(d); q.Retry(d, at(1)); q.Remove(d) },
		} {
			q := New(0)
			q.Add(c.kind, c.path, c.dest, c.tree, at(0))
			d := q.Oldest()
			check := func(when string, want ...string) {
				t.Helper()
				for _, path := range []string{"d/", "d/e/", "de/", "x/"} {
					if got := q.Comparing(path); got != slices.Contains(want, path) {
						t.Errorf("%s %q, %s: %q is compared: %v", c.kind, c.path, when, path, got)
					}
				}
			}
			check("waiting")
			q.Activate(d)
			check("active", c.want...)
			end(q, d)
			check("ended")
		}
	}
}
