package monitor

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"lsyncgo/engine/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// parse reads "Modify a; Move a b; 2:Create c" into events.
func parse(text string) (events []event.Event) {
	kinds := map[string]event.Kind{}
	for k := event.Attrib; k < event.Kinds; k++ {
		kinds[k.String()] = k
	}
	for line := range strings.SplitSeq(text, ";") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		e := event.Event{Root: 1}
		if rest, ok := strings.CutPrefix(words[0], "2:"); ok {
			e.Root, words[0] = 2, rest
		}
		e.Kind = kinds[words[0]]
		if len(words) > 1 {
			e.Path = words[1]
		}
		if len(words) > 2 {
			e.Dest = words[2]
		}
		events = append(events, e)
	}
	return events
}

func text(events []event.Event) string {
	var out []string
	for _, e := range events {
		s := e.Kind.String()
		if e.Root == 2 {
			s = "2:" + s
		}
		out = append(out, strings.TrimSpace(strings.Join(strings.Fields(s+" "+e.Path+" "+e.Dest), " ")))
	}
	return strings.Join(out, "; ")
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Modify a; Modify a; Modify a", "Modify a"},
		{"Attrib a; Modify a; Attrib a; Modify a", "Attrib a; Modify a"},
		{"Modify a; Modify b; Modify a", "Modify a; Modify b"},
		{"Modify a; 2:Modify a; Modify a", "Modify a; 2:Modify a"},
		// The name means another file afterwards.
		{"Modify a; Delete a; Create a; Modify a", "Modify a; Delete a; Create a; Modify a"},
		{"Modify a; Move a b; Modify a", "Modify a; Move a b; Modify a"},
		{"Modify b; Move a b; Modify b", "Modify b; Move a b; Modify b"},
		{"Modify b; Create b; Modify b", "Modify b; Create b; Modify b"},
		{"Modify d/a; Move d/ e/; Modify d/a", "Modify d/a; Move d/ e/; Modify d/a"},
		{"Modify e/a; Move d/ e/; Modify e/a", "Modify e/a; Move d/ e/; Modify e/a"},
		{"Modify d/a; Delete d/; Modify d/a", "Modify d/a; Delete d/; Modify d/a"},
		// What was lost may have been between.
		{"Modify a; Overflow; Modify a", "Modify a; Overflow; Modify a"},
		{"Modify a; RootLost; RootBack; Modify a", "Modify a; RootLost; RootBack; Modify a"},
		{"2:Modify a; Untouched; Untouched; 2:Modify a", "2:Modify a; Untouched; Untouched"},
		// Others are events of their own.
		{"Create a; Create a; Delete a; Delete a", "Create a; Create a; Delete a; Delete a"},
		{"Modify a; Move b c; Modify a", "Modify a; Move b c"},
	} {
		p := newPending(maxWaiting)
		p.add(parse(c.in))
		if got := text(p.list); got != c.want {
			t.Errorf("%s\nbecame %s\nwanted %s", c.in, got, c.want)
		}
	}
}

// TestFoldProperty: folding drops repetitions only, keeps the order of the rest, and nothing is
// folded into an event that was handed out, whenever batches are taken.
func TestFoldProperty(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "b", "d/", "d/a", "e/", "e/a"})
	kinds := rapid.SampledFrom([]event.Kind{event.Modify, event.Modify, event.Attrib, event.Create, event.Delete, event.Move})
	rapid.Check(t, func(t *rapid.T) {
		p := newPending(maxWaiting)
		var in, out []event.Event
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			if rapid.IntRange(0, 9).Draw(t, "take") == 0 {
				b := p.batch()
				out = append(out, b...)
				p.taken(len(b))
				continue
			}
			e := event.Event{Root: 1, Kind: kinds.Draw(t, "kind"), Path: names.Draw(t, "path")}
			if e.Kind == event.Move {
				e.Dest = names.Filter(func(s string) bool { return event.IsDir(s) == event.IsDir(e.Path) }).Draw(t, "dest")
			}
			waiting := len(p.list)
			p.add([]event.Event{e})
			in = append(in, e)
			if e.Kind != event.Modify && e.Kind != event.Attrib && len(p.list) != waiting+1 {
				t.Fatalf("dropped %s", text([]event.Event{e}))
			}
			if !covered(p.list, e) {
				t.Fatalf("%s is not covered by what waits: %s", text([]event.Event{e}), text(p.list))
			}
		}
		out = append(out, p.list...)
		i := 0
		for _, e := range in { // out is a subsequence of in
			if i < len(out) && out[i] == e {
				i++
			}
		}
		if i != len(out) {
			t.Fatalf("%s\nbecame %s", text(in), text(out))
		}
	})
}

// covered reports whether the last event about e's path that waits is e itself, with
// nothing after it that gives the name another meaning.
func covered(list []event.Event, e event.Event) bool {
	for i := len(list) - 1; i >= 0; i-- {
		x := list[i]
		if x == e {
			return true
		}
		for _, p := range []string{x.Path, x.Dest} {
			structural := x.Kind == event.Create || x.Kind == event.Delete || x.Kind == event.Move
			if p != "" && structural && (p == e.Path || x.Kind != event.Create && event.IsDir(p) && strings.HasPrefix(e.Path, p)) {
				return false
			}
		}
	}
	return false
}

func TestQueueNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue()
		const n = 3*maxBatch + 7
		for i := range n { // nobody receives
			q.Put(parse(fmt.Sprintf("Create %d", i)))
		}
		for i := 0; i < n; {
			batch := <-q.Events()
			if len(batch) > maxBatch {
				t.Fatalf("a batch of %d", len(batch))
			}
			for _, e := range batch {
				if e.Path != fmt.Sprint(i) {
					t.Fatalf("%s is at place %d", e.Path, i)
				}
				i++
			}
		}
		q.Put(parse("Create dropped"))
		q.Close()
		if batch, ok := <-q.Events(); ok {
			t.Errorf("after close: %s", text(batch))
		}
		q.Put(parse("Create late")) // must not block
		q.Close()
	})
}

// A mark is reached when the receiver has come to it, and not before.
func TestMark(t *testing.T) {
	q := NewQueue()
	defer q.Close()
	first := NewMark(1)
	q.Mark(first)
	<-first.Reached() // nothing is before it
	q.Put(parse("Create a"))
	second := NewMark(2)
	q.Mark(second)
	q.Put(parse("Create b"))
	q.Mark(second)
	q.Put(parse("Create c"))
	select {
	case <-second.Reached():
		t.Error("reached although nothing was received")
	default:
	}
	var got []event.Event
	for len(got) < 2 {
		got = append(got, <-q.Events()...)
	}
	<-second.Reached()
}

func TestPendingForgets(t *testing.T) {
	p := newPending(maxWaiting)
	for i := range 20 * maxBatch {
		p.add(parse(fmt.Sprintf("Modify %d", i)))
		if i%2 == 0 {
			p.taken(1)
		}
	}
	if len(p.seen) > 3*len(p.list)+maxBatch {
		t.Errorf("%d keys for %d events", len(p.seen), len(p.list))
	}
}

func BenchmarkQueue(b *testing.B) {
	for _, c := range []struct {
		name  string
		paths int
	}{{"same", 1}, {"different", 1 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			p := newPending(maxWaiting)
			events := make([]event.Event, 1)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				events[0] = event.Event{Root: 1, Kind: event.Modify, Path: names[i%c.paths%len(names)]}
				p.add(events)
				if len(p.list) == maxBatch {
					p.taken(maxBatch)
				}
			}
		})
	}
}

var names = func() (n []string) {
	for i := range 1 << 16 {
		n = append(n, fmt.Sprintf("directory/sub/file%d.txt", i))
	}
	return n
}()

// TestShed, §9: what is too much becomes one Overflow of the directory it is in, of the root that has most of it; other roots, what is told of the root itself, and
// the places of marks stay.
func TestShed(t *testing.T) {
	for _, c := range []struct {
		name, in string
		taken    int // events that the receiver takes before more is put
		more     string
		want     string
		marks    []int // events in front of the marks, of which one is put behind each event of in
	}{
		{"enough room", "Create a; Create b", 0, "", "Create a; Create b", []int{1, 2}},
		{"one root", "Create a; Create b; Create c; Create d; Create e; Modify f", 0, "", "Overflow", []int{0, 0, 0, 0, 1, 1}},
		{"the root with most", "Create a; 2:Create x; Create b; 2:Create y; Create c; 2:Create z", 0, "", "2:Create x; 2:Create y; Overflow; 2:Create z", nil},
		{"what is told of the root", "Mounted m/; Create a; Create b; Create c; Create d; Unmounted m/", 0, "", "Mounted m/; Overflow; Unmounted m/", nil},
		{"the receiver has been told", "Create a; Create b; Create c; Create d; Create e", 1, "Create f", "Create f", nil},
		{"one directory", "Create d/a; Modify d/e/b; Attrib d/e/; Move d/x d/y; Create d/z; Create e/f; Move d/z e/z", 0, "", "Overflow d/; Create e/f; Move d/z e/z", nil},
		{"a directory itself", "Attrib d/; Create d/a; Create d/b; Create d/c; Create f", 0, "", "Overflow", nil},
		{"names that begin alike", "Create d/a; Create d/b; Create da/c; Create d/d; Create f", 0, "", "Overflow", nil},
		{"a move out of it", "Create d/a; Create d/b; Move d/a e/a; Create d/c; Create f", 0, "", "Overflow", nil},
		{"what the kernel told", "Untouched; Untouched; 2:Modify a; Untouched; Untouched; 2:Modify b", 0, "Untouched", "2:Modify a; Overflow; 2:Modify b", nil},
		{"folding begins anew", "Modify a; Modify b; Modify c; 2:Modify a; Modify d; 2:Modify a", 0, "", "2:Modify a; Overflow; 2:Modify a", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPending(4)
			for _, e := range parse(c.in) {
				p.add([]event.Event{e})
				p.marks = append(p.marks, marked{p.first + uint64(len(p.list)), NewMark(1)})
			}
			for i, want := range c.marks {
				if got := int(p.marks[i].at - p.first); got != want {
					t.Errorf("mark %d is behind %d events, want %d", i, got, want)
				}
			}
			p.taken(c.taken)
			p.add(parse(c.more))
			if got := text(p.list); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
