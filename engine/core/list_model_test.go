package core_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// list is what an rsync is told: paths, looked at when it was started, of which it sees only what is there when it comes
// to them. A directory with a slash at its end goes with its entries, one without for itself.
type list map[string]bool

// listing looks at the source as a plan does.
func listing(source tree, ds []*delay.Delay) list {
	l := list{}
	for _, d := range ds {
		left := d.Kind == event.Delete || d.Kind == event.Move
		l.look(source, d.Path(), d.Tree || left && event.IsDir(d.Path()))
		if d.Kind == event.Move {
			l.look(source, d.Dest(), event.IsDir(d.Dest()))
		}
	}
	return l
}

func (l list) look(source tree, path string, all bool) {
	name := strings.TrimSuffix(path, "/")
	for i := range len(name) {
		if _, ok := source[name[:i]+"/"]; name[i] == '/' && !ok {
			l[name[:i]] = true
			return
		}
	}
	l[name] = true
	if _, dir := source[name+"/"]; !dir || !all {
		return
	}
	for p := range source {
		if event.IsDir(p) && strings.HasPrefix(p, name+"/") {
			l[p] = true
		}
	}
}

// read lets one rsync read its list and look at the source, some time before it changes the target.
func (w *world) read() {
	ids := slices.Sorted(maps.Keys(w.procs))
	if len(ids) == 0 || !w.lists {
		return
	}
	id := ids[w.rng.IntN(len(ids))]
	if b := w.procs[id]; b.seen == nil {
		b.seen = maps.Clone(w.source)
		w.procs[id] = b
	}
}

// transfer does with the target what rsync does of a list: what is sent and deleted is decided by what it saw, the content is
// that of now. If it is cut off, the last half is not done.
func (t tree) transfer(seen, now tree, l list, cut bool) {
	paths := slices.Sorted(maps.Keys(l))
	if cut {
		paths = paths[:len(paths)/2]
	}
	for _, path := range paths {
		name := strings.TrimSuffix(path, "/")
		t.send(seen, now, name)
		if _, dir := seen[path]; !dir || !event.IsDir(path) {
			continue
		}
		for _, names := range []tree{maps.Clone(t), seen} {
			for p := range names {
				if first, _, _ := strings.Cut(strings.TrimPrefix(p, path), "/"); strings.HasPrefix(p, path) && first != "" {
					t.send(seen, now, path+first)
				}
			}
		}
	}
}

// send brings one entry and the directories above it into step, and nothing below it that is of the same kind.
func (t tree) send(seen, now tree, name string) {
	for i := range len(name) {
		if name[i] == '/' {
			if _, ok := seen[name[:i]+"/"]; !ok {
				return // rsync finds nothing to do there, and what became of it is an event
			}
			t.send(seen, now, name[:i])
		}
	}
	if version, ok := seen[name+"/"]; ok {
		delete(t, name)
		t[name+"/"] = version
		return
	}
	if _, ok := seen[name]; !ok {
		t.remove(name)
		return
	}
	if _, ok := t[name+"/"]; ok {
		t.remove(name) // what is in the way goes before the file is asked for
	}
	if version, ok := now[name]; ok { // else it has vanished
		t[name] = version
	}
}

// §9: as TestTargetEqualsSource, with work that is told what to look at when it starts, looks later, and acts still later.
func TestListEqualsSource(t *testing.T) {
	base := rand.Uint64()
	t.Logf("seed %d", base)
	for i := range 2000 {
		modelRound(t, base+uint64(i), 8+i%40, i%4 == 0, true)
		if t.Failed() {
			return
		}
	}
}
