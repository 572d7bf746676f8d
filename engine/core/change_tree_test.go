package core

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// failing is what a changeTree has to be: changes by path, without the slash of a directory.
type failing map[string]string

func text(kind event.Kind, path string, tree bool) string {
	return fmt.Sprint(kind, " ", path, " ", tree)
}

func (f failing) put(kind event.Kind, path string, tree bool) {
	key := strings.TrimSuffix(path, "/")
	f[key] = text(kind, path, tree || strings.HasSuffix(f[key], "true"))
}

func (f failing) remove(path string, whole bool) {
	key := strings.TrimSuffix(path, "/")
	maps.DeleteFunc(f, func(k, _ string) bool { return k == key || whole && strings.HasPrefix(k, key+"/") })
}

func (f failing) move(path, dest string) {
	key, to := strings.TrimSuffix(path, "/"), strings.TrimSuffix(dest, "/")
	moved := failing{}
	for k, v := range f {
		if rest, below := strings.CutPrefix(k, key+"/"); below {
			kind, _, _ := strings.Cut(v, " ")
			slash := ""
			if strings.Contains(v, "/ ") {
				slash = "/"
			}
			moved[to+"/"+rest] = fmt.Sprint(kind, " ", to, "/", rest, slash, v[strings.LastIndex(v, " "):])
		}
	}
	f.remove(path, true)
	maps.Copy(f, moved)
}

// TestChangeTree compares it with a map of paths, by random steps.
func TestChangeTree(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any bits
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // of a test
	anyPath := func(dir bool) string {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString("/" + string(rune('a'+r.IntN(3))))
		}
		if dir {
			b.WriteByte('/')
		}
		return b.String()[1:]
	}
	tree, want := newChangeTree(), failing{}
	var order []*change
	for step := range 20_000 {
		path := anyPath(r.IntN(2) == 0)
		did := fmt.Sprint("put ", path)
		switch r.IntN(10) {
		case 0, 1:
			whole := r.IntN(2) == 0
			did = fmt.Sprint("remove ", path, " ", whole)
			tree.remove(path, whole)
			want.remove(path, whole)
		case 2:
			dest := anyPath(true)
			if path = anyPath(true); strings.HasPrefix(path, dest) || strings.HasPrefix(dest, path) {
				continue
			}
			did = fmt.Sprint("move ", path, " to ", dest)
			tree.remove(dest, false)
			tree.move(path, dest)
			want.remove(dest, false)
			want.move(path, dest)
		default:
			kind, whole := event.Attrib+event.Kind(r.IntN(4)), r.IntN(2) == 0 //nolint:gosec // small
			if c := tree.put(kind, path, whole); c != nil {
				order = append(order, c)
			}
			want.put(kind, path, whole)
		}
		var got []string
		order = slices.DeleteFunc(order, func(c *change) bool { return !tree.holds(c) })
		for _, c := range order {
			got = append(got, text(c.kind, c.path(), c.tree))
		}
		slices.Sort(got)
		if all := slices.Sorted(maps.Values(want)); !slices.Equal(got, all) || tree.len() != len(all) {
			t.Fatalf("step %d, %s: %d\n got %q\nwant %q", step, did, tree.len(), got, all)
		}
	}
}

// §10: what went through is taken off what fails by itself, however much that is.
func TestSucceededLooksAtItsOwn(t *testing.T) {
	t.Parallel()
	const failing, done = 50_000, 50_000
	l := newPersistent()
	for i := range failing {
		l.add(event.Modify, fmt.Sprintf("bad/%d", i), false)
	}
	q := delay.New(0)
	for i := range done { // by a walk through all that fails it would take 2.5 billion looks
		q.Add(event.Delete, fmt.Sprintf("good/%d/", i), "", false, time.Time{})
	}
	for _, d := range q.Part(0, done+1) {
		l.succeeded(d)
	}
	if l.changes.len() != failing {
		t.Errorf("%d fail, want %d", l.changes.len(), failing)
	}
	q.Add(event.Delete, "bad/", "", false, time.Time{})
	for _, d := range q.Part(0, done+1) {
		l.succeeded(d)
	}
	if l.any() {
		t.Errorf("%d still fail", l.changes.len())
	}
}
