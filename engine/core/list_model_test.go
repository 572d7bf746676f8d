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

// transfer does with the target what rsync does of a list.
func (t tree) transfer(source tree, l list) {
	for _, path := range slices.Sorted(maps.Keys(l)) {
		name := strings.TrimSuffix(path, "/")
		t.send(source, name)
		if _, dir := source[path]; !dir || !event.IsDir(path) {
			continue
		}
		for _, names := range []tree{maps.Clone(t), source} {
			for p := range names {
				if first, _, _ := strings.Cut(strings.TrimPrefix(p, path), "/"); strings.HasPrefix(p, path) && first != "" {
					t.send(source, path+first)
				}
			}
		}
	}
}

// send brings one entry and the directories above it into step, and nothing below it that is of the same kind.
func (t tree) send(source tree, name string) {
	for i := range len(name) {
		if name[i] == '/' {
			if _, ok := source[name[:i]+"/"]; !ok {
				return // rsync finds nothing to do there, and what became of it is an event
			}
			t.send(source, name[:i])
		}
	}
	if version, ok := source[name+"/"]; ok {
		delete(t, name)
		t[name+"/"] = version
		return
	}
	t.remove(name)
	if version, ok := source[name]; ok {
		t[name] = version
	}
}

// §9: as TestTargetEqualsSource, with work that is told what to look at when it starts, and looks later.
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
