package inventory_test

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lsyncgo/engine/inventory"
)

// model keeps every entry by its path, and counts by looking at all of them.
type model struct {
	now     time.Time
	entries map[string]entry
}

type entry struct {
	gone bool
	at   time.Time // appeared, or lost; zero: always known
}

const slot = inventory.Window / 20

func (m *model) young(e entry) bool {
	return !e.gone && !e.at.IsZero() && m.now.Sub(e.at) < inventory.Window
}

func (m *model) counts() (lost, known int) {
	for _, e := range m.entries {
		if e.gone {
			lost++
		}
		if !m.young(e) {
			known++
		}
	}
	return lost, known
}

func (m *model) advance(now time.Time) {
	m.now = now
	maps.DeleteFunc(m.entries, func(_ string, e entry) bool { return e.gone && now.Sub(e.at) >= inventory.Window })
}

func (m *model) add(path string) {
	switch e, ok := m.entries[path]; {
	case !ok:
		m.entries[path] = entry{at: m.now}
	case e.gone:
		m.entries[path] = entry{}
	}
}

// below reports whether there is an entry at or below a directory.
func (m *model) below(dir string) bool {
	for p := range m.entries {
		if strings.HasPrefix(p, dir) {
			return true
		}
	}
	return false
}

func (m *model) remove(path string) {
	for p, e := range m.entries {
		switch {
		case p != path && !(strings.HasSuffix(path, "/") && strings.HasPrefix(p, path)) || e.gone:
		case m.young(e):
			delete(m.entries, p)
		default:
			m.entries[p] = entry{gone: true, at: m.now}
		}
	}
}

func (m *model) move(from, to string) {
	e, ok := m.entries[from]
	dir := strings.HasSuffix(from, "/")
	if ok && e.gone || !ok && !(dir && m.below(from)) || dir && strings.HasPrefix(to, from) {
		m.add(to)
		return
	}
	moved := map[string]entry{}
	for p, e := range m.entries {
		if p == from || dir && strings.HasPrefix(p, from) {
			moved[to+p[len(from):]] = e
			delete(m.entries, p)
		}
	}
	merged := maps.Clone(m.entries)
	for p, e := range moved {
		switch _, taken := m.entries[p]; {
		case e.gone && taken:
		case e.gone && m.merges(to, p):
			merged[p] = entry{gone: true, at: m.now}
		default:
			merged[p] = e
		}
	}
	m.entries = merged
}

// merges reports whether p, which moves along with a directory that becomes top, goes
// into one that was there. Else its loss moves as it is.
func (m *model) merges(top, p string) bool {
	for i := len(top); i < len(p); i++ {
		if p[i-1] == '/' && !m.below(p[:i]) {
			return false
		}
	}
	return true
}

// TestModel: whatever happens in whatever order, the counts are those of the model.
func TestModel(t *testing.T) {
	// A run costs microseconds, and some faults take thousands to show.
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("5000"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := &model{now: start, entries: map[string]entry{}}
		n := inventory.New()
		n.Advance(start, start)
		dir := rapid.SampledFrom([]string{"a/", "b/", "c/"})
		path := rapid.Custom(func(t *rapid.T) string {
			dirs := strings.Join(rapid.SliceOfN(dir, 0, 3).Draw(t, "dirs"), "")
			if dirs == "" || rapid.Bool().Draw(t, "file") {
				return dirs + rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name")
			}
			return dirs
		})
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"add", "add", "add", "remove", "move", "wait", "long"}).Draw(t, "do") {
			case "add":
				p := path.Draw(t, "path")
				m.add(p)
				n.Add(p)
			case "remove":
				p := path.Draw(t, "path")
				m.remove(p)
				finish(n.Remove(p))
			case "move":
				from, to := path.Draw(t, "from"), path.Draw(t, "to")
				if strings.HasSuffix(from, "/") != strings.HasSuffix(to, "/") || from == to {
					continue
				}
				m.move(from, to)
				n.Move(from, to)
			case "wait":
				m.advance(m.now.Add(slot))
				n.Advance(m.now, m.now)
			case "long":
				m.advance(m.now.Add(inventory.Window - slot))
				n.Advance(m.now, m.now)
			}
			lost, known := m.counts()
			if n.Lost() != lost || n.Known() != known {
				t.Fatalf("lost %d of %d, want %d of %d: %q", n.Lost(), n.Known(), lost, known,
					slices.Sorted(maps.Keys(m.entries)))
			}
		}
		m.advance(m.now.Add(2 * inventory.Window))
		n.Advance(m.now, m.now)
		if lost, known := m.counts(); n.Lost() != lost || n.Known() != known {
			t.Fatalf("in the end lost %d of %d, want %d of %d", n.Lost(), n.Known(), lost, known)
		}
	})
}
