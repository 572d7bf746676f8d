package delay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// §4: FIFO order, and what holds up what.
func TestOrder(t *testing.T) {
	runScripts(t, []scriptCase{
		{"by position, not by alarm", "Modify a 5; Modify b 3; next 2; next 3; next 5", "queued; queued; none; 2; 1"},
		{"future does not hold up", "Modify a 9; Modify b 1; next 1; alarm", "queued; queued; 2; 1"},
		{"active is passed over", "Modify a; Modify b; next 0; activate 1; next 0; activate 2; next 0; alarm", "queued; queued; 1; 2; none; never"},
		{"blocked is passed over", "Modify a 5; Attrib /; alarm; next 4; remove 1; next 4", "queued; stacked; 5; none; 2"},
		{"nothing", "next 0; alarm", "none; never"},
		{"replace takes the new alarm", "Modify a 1; Modify b 2; Delete a 8; alarm; next 3; next 8", "queued; queued; replaced; 2; 2; 1"},
		{"absorb keeps the old alarm", "Modify a 1; Attrib a 8; alarm", "queued; absorbed; 1"},
		{"ripe and then replaced", "Modify a 1; next 1; Delete a 8; next 1; next 8", "queued; 1; replaced; none; 1"},
		{"waits for all", "Modify d/a; Modify d/b; Attrib d/; remove 2; queue; remove 1; queue",
			"queued; queued; stacked; Modify d/a wait, Attrib d/ block; Attrib d/ wait"},
		{"chain", "Create d/; Create d/e/; Create d/e/f; remove 1; queue; remove 2; queue",
			"queued; stacked; stacked; Create d/e/ wait, Create d/e/f block; Create d/e/f wait"},
		{"removed out of turn", "Create d/; Create d/e/; Create d/e/f; remove 2; queue; remove 1; queue",
			"queued; stacked; stacked; Create d/ wait, Create d/e/f block; Create d/e/f wait"},
		{"both ends of a Move", "Blanket; Move a > b; Attrib /; remove 1; queue; remove 2; queue",
			"stacked; stacked; Move a > b wait, Attrib / block; Attrib / wait"},
	})
}

// §4: at maxDelays alarms are ignored.
func TestMaxDelays(t *testing.T) {
	runScripts(t, []scriptCase{
		{"everything is ready", "max 2; Modify a 5; alarm; Modify b 3; next 0; alarm; activate 1; next 0", "queued; 5; queued; 1; now; 2"},
		{"not blocked ones", "max 2; Modify a 5; Delete /; activate 1; next 9; alarm", "queued; stacked; none; never"},
		{"not held ones", "max 2; Modify a; Modify b; activate 1; retry 1 7; activate 2; next 6; alarm; next 7", "queued; queued; none; 7; 1"},
		{"ends below the limit", "max 2; Modify a 5; Modify b 9; remove 1; next 0; alarm", "queued; queued; none; 9"},
		{"active ones count", "max 2; Modify a; activate 1; Modify b 9; next 0", "queued; queued; 2"},
		{"lowered", "Modify a 5; Modify b 5; next 0; max 2; next 0; max 3; next 0; max 0; next 0", "queued; queued; none; 1; none; none"},
		{"one", "max 1; Modify a 9; next 0; remove 1; Modify b 9; next 0; alarm", "queued; 1; queued; 2; now"},
	})
}

// TestLimitCrossed serves across the limit in both directions, with alarms that fall.
func TestLimitCrossed(t *testing.T) {
	const limit = 100
	q := New(limit)
	for i := range 5 * limit {
		q.Add(event.Modify, fmt.Sprint(i), "", false, at(9*limit-i))
		if first := q.Next(at(0)); (first != nil) != (q.Len() >= limit) {
			t.Fatalf("%d queued: next is %v", q.Len(), first)
		}
	}
	for want := 0; q.Len() >= limit; want++ {
		d := q.Next(at(0))
		if d == nil || d.Path() != fmt.Sprint(want) {
			t.Fatalf("%d queued: next is %v, want %d", q.Len(), d, want)
		}
		q.Activate(d)
		q.Remove(d)
	}
	for now := 4 * limit; q.Len() > 0; now++ {
		for d := q.Next(at(now)); d != nil; d = q.Next(at(now)) {
			if d.Alarm().After(at(now)) {
				t.Fatalf("%s is served at %d", d.Path(), now)
			}
			q.Remove(d)
		}
		if at, ok := q.NextAlarm(); ok != (q.Len() > 0) || ok && !at.After(start.Add(time.Duration(now)*time.Second)) {
			t.Fatalf("%d queued at %d: next alarm %v %v", q.Len(), now, at, ok)
		}
	}
}

// §4: what is tried again holds up only what touches it.
func TestRetry(t *testing.T) {
	runScripts(t, []scriptCase{
		{"held, keeps its place", "Modify a; Modify b; activate 1; retry 1 7; next 0; next 7; alarm", "queued; queued; 2; 1; 0"},
		{"waiting one", "Modify a; retry 1 7; next 6; next 7", "queued; none; 1"},
		{"absorb leaves the hold", "Modify a; retry 1 7; Attrib a 1; alarm; collect 6; collect 7", "queued; absorbed; 7; []; [1]"},
		{"replace ends a shorter hold", "Modify a; retry 1 7; Delete a 8; alarm; collect 0", "queued; replaced; 8; [1]"},
		{"replace keeps a longer hold", "Modify a; retry 1 7; Delete a 6; alarm; collect 6; next 6; next 7", "queued; replaced; 7; []; none; 1"},
		{"of a blocked one in a list", "Create d/; Create d/f; activate 1; activate 2; retry 2 3; queue; remove 1; queue; next 2; next 3",
			"queued; stacked; Create d/ active, Create d/f block; Create d/f wait; none; 2"},
		{"whole list comes back", "Create d/; Create d/f; Attrib d/; activate 1; activate 2; activate 3; retry 3 1; retry 1 1; retry 2 1; queue; collect 1",
			"queued; stacked; stacked; Create d/ wait, Create d/f block, Attrib d/ block; [1 2 3]"},
		{"blocks meanwhile", "Modify a; activate 1; Modify a; retry 1 7; queue; next 6; Modify a; queue",
			"queued; stacked; Modify a wait, Modify a block; none; absorbed; Modify a wait, Modify a block"},
		{"Init", "Init; activate 1; Modify a; retry 1 7; queue; next 7", "stacked; Init wait, Modify a block; 1"},
		{"Full", "Full; activate 1; retry 1 7; next 6; next 7", "none; 1"},
	})
}

// §6: what a younger Delete undoes is not tried again.
func TestCurtail(t *testing.T) {
	runScripts(t, []scriptCase{
		{"nothing deleted", "Create d/f; activate 1; Modify d/f; curtail 1", "queued; stacked; true"},
		{"deleted itself", "Create d/f; activate 1; Delete d/f; curtail 1", "queued; stacked; false"},
		{"deleted with its directory", "Create d/e/f; Delete d/; curtail 1", "queued; stacked; false"},
		{"deleted with all", "Attrib f; Delete /; curtail 1", "queued; stacked; false"},
		{"Delete below", "Attrib d/; Delete d/f; curtail 1", "queued; stacked; true"},
		{"Delete beside", "Modify d/f; Delete d/ff; curtail 1", "queued; queued; true"},
		{"older Delete", "Delete d/; Create d/; curtail 2", "queued; stacked; true"},
		{"behind others", "Modify d/f; Attrib d/; Delete d/; curtail 1", "queued; stacked; replaced; false"},
		{"made again after that", "Create d/f; Delete d/; Create d/; curtail 1; curtail 3", "queued; stacked; stacked; false; true"},
		{"a Delete stays", "Delete d/f; Delete d/; curtail 1", "queued; stacked; true"},
		{"destination of a Move", "Move a > d/b; activate 1; Delete d/; curtail 1; retry 1 3; queue",
			"queued; stacked; true; Delete a wait, Delete d/ block"},
		{"origin of a Move", "Move d/a > b; activate 1; Delete d/; curtail 1; queue", "queued; stacked; true; Move d/a > b active, Delete d/ block"},
		{"a Move that was", "Create b; activate 1; Move a > c; activate 2; Move c > b; curtail 1; curtail 2; curtail 1; queue",
			"queued; queued; split; true; true; true; Create b active, Delete a active, Delete c block, Create b block"},
		{"Init", "Init; Delete a; curtail 1", "stacked; true"},
	})
}

// A Move cannot be replayed if its origin was made anew and somebody may have brought that to the target.
func TestDivide(t *testing.T) {
	runScripts(t, []scriptCase{
		{"nothing at its origin", "Move a > b; Modify b; Modify c; divide 1; queue", "queued; stacked; queued; false; Move a > b wait, Modify b block, Modify c wait"},
		{"no Move", "Modify a; divide 1", "queued; false"},
		{"while it is acted on", "Move a > b; activate 1; Create a; divide 1", "queued; stacked; false"},
		{"origin made anew", "Move a > b; Create a; divide 1; queue", "queued; stacked; true; Delete a wait, Create a block, Create b block"},
		{"with its directory", "Move d/a > b; Create d/ tree; divide 1; queue", "queued; stacked; true; Delete d/a wait, Create d/ tree block, Create b block"},
		{"barriers say nothing of it", "Move a > b; Init; divide 1", "queued; false"},
		{"destination deleted since", "Move a > b; activate 1; Create a; Delete b; retry 1 0; divide 1; queue", "queued; stacked; stacked; true; Delete a wait, Create a block, Delete b block"},
		{"destination written since", "Move a > b; Create a; Modify b; divide 1; queue", "queued; stacked; stacked; true; Delete a wait, Create a block, Create b block"},
		{"a directory comes before what it holds", "Move a/ > b/; Create b/f; Create a/; Delete b/f; Create b/g 7; divide 1; queue",
			"queued; stacked; stacked; replaced; stacked; true; Delete a/ wait, Create a/ block, Create b/ tree block, Delete b/f block, Create b/g block"},
	})
}

func TestRemoved(t *testing.T) {
	runScripts(t, []scriptCase{
		{"twice", "Modify a; Modify b; remove 1; remove 1; queue", "queued; queued; Modify b wait"},
		{"then activated", "Modify a; remove 1; activate 1; queue; alarm", "queued; never"},
		{"then retried", "Modify a; remove 1; retry 1 5; alarm; collect 9", "queued; never; []"},
		{"blocked", "Create d/; Create d/f; remove 2; queue; remove 1; alarm", "queued; stacked; Create d/ wait; never"},
		{"active", "Modify a; activate 1; Modify a 4; remove 1; queue; next 4", "queued; stacked; Modify a wait; 2"},
	})
}

// §5: what getEvents gives.
func TestCollect(t *testing.T) {
	runScripts(t, []scriptCase{
		{"all, ripe or not", "Modify a 9; Create d/ 5; Create d/f; collect 0", "queued; queued; stacked; [1 2 3]"},
		{"not behind an active one", "Create d/; Create d/f; Modify a; activate 1; collect 0", "queued; stacked; queued; [3]"},
		{"not behind one left out", "Create d/; Create d/f; Modify a; collect 0 leave=d/", "queued; stacked; queued; [3]"},
		{"not above one left out", "Modify d/a; Modify d/b; Attrib d/; collect 0 leave=d/a; collect 0 leave=d/b; collect 0 leave=d/",
			"queued; queued; stacked; [2]; [1]; [1 2]"},
		{"left out below a middle entry", "Attrib d/; Modify d/a; Attrib d/; Modify d/b; Attrib d/; collect 0 leave=d/b; collect 0 leave=d/a",
			"queued; stacked; stacked; stacked; stacked; [1 2 3]; [1]"},
		{"not behind a held one", "Create d/; Create d/f; Modify a; retry 1 5; collect 4; collect 5", "queued; stacked; queued; [3]; [1 2 3]"},
		{"break", "Modify a; Modify b; Modify c; collect 0 break=b", "queued; queued; queued; [1]"},
		{"Blanket ends it", "Modify a; Blanket; Modify b; collect 0", "queued; stacked; [1]"},
		{"active Init ends it", "Modify a; Init; Modify b; activate 2; collect 0", "queued; stacked; [1]"},
		{"Full is not offered and not in the way", "Modify a; Full; Modify b; collect 0", "queued; queued; [1 3]"},
		{"both ends of a Move", "Modify x; Move a > b; Create b; Create a/c; collect 0; collect 0 leave=a",
			"queued; queued; stacked; stacked; [1 2 3 4]; [1]"},
		{"empty", "collect 0", "[]"},
	})
	s := newScript()
	s.do("Create d/; Create d/f")
	if got, _ := s.q.Collect(at(0), 0, math.MaxInt, nil); len(got) != 2 || got[1].Status() != Block {
		t.Errorf("nil test collected %v", got)
	}
}

func TestBlockedBy(t *testing.T) {
	s := newScript()
	s.do("Create d/; Create d/f; Attrib d/; Move a > b; Modify b")
	for i, want := range []int{0, 1, 1, 0, 4} {
		got := s.delays[i].origin.blocker()
		if want == 0 && got != nil || want > 0 && got != s.delays[want-1] {
			t.Errorf("delay %d is blocked by %v, want number %d", i+1, got, want)
		}
	}
	s.do("activate 2; remove 1")
	if got := s.delays[1].origin.blocker(); got != nil {
		t.Errorf("active delay is blocked by %v", got)
	}
}

func TestEach(t *testing.T) {
	s := newScript()
	s.do("Modify a; Modify b; Modify c")
	if s.q.Oldest() != s.delays[0] {
		t.Error("oldest is not the first")
	}
	var seen []string
	s.q.Each(func(d *Delay) bool {
		seen = append(seen, d.Path())
		s.q.Remove(d)
		return d.Path() != "b"
	})
	if !slices.Equal(seen, []string{"a", "b"}) || s.do("queue") != "Modify c wait" {
		t.Errorf("saw %v, left %s", seen, s.do("queue"))
	}
	s.do("remove 3")
	if s.q.Oldest() != nil || s.q.Len() != 0 {
		t.Error("not empty")
	}
}

func TestAlarm(t *testing.T) {
	q := New(0)
	first := time.Unix(5, 7)
	for i, want := range []time.Time{{}, first, first.Add(-time.Hour), first.Add(time.Hour)} {
		d := q.AddUncombined(event.Full, "", want)
		if got := d.Alarm(); !got.Equal(want) {
			t.Errorf("%d: got %v, want %v", i, got, want)
		}
	}
	if d := q.Next(first); d == nil || !d.Alarm().IsZero() {
		t.Errorf("next is %v, want the one with the zero time", d)
	}
}

// TestDepth has a path as deep as a path can be, and one segment as long.
func TestDepth(t *testing.T) {
	q := New(0)
	deep := strings.Repeat("d/", 2047)
	for end := len(deep); end > 0; end -= 2 {
		q.Add(event.Attrib, deep[:end], "", false, start)
	}
	if q.Len() != 2047 || q.Oldest().Path() != deep {
		t.Fatalf("%d queued", q.Len())
	}
	for n := range 2047 {
		d := q.Next(start)
		if d == nil || len(d.Path()) != len(deep)-2*n {
			t.Fatalf("after %d the next is %v", n, d)
		}
		q.Remove(d)
	}
}

// TestNamesAreBytes queues names that a shell, a pattern or a decoder would read otherwise.
func TestNamesAreBytes(t *testing.T) {
	names := []string{"a\nb", "\"q\"", "a b", "$(id)", "*?[]\\", "-rf", "\xff\xfe", "\xff", strings.Repeat("x", 255), ".", "..", " "}
	q := New(0)
	for _, n := range names {
		if v := q.Add(event.Create, n, "", false, start); v != Queued {
			t.Errorf("%q is %v", n, v)
		}
		if v := q.Add(event.Modify, n, "", false, start); v != Absorbed {
			t.Errorf("%q a second time is %v", n, v)
		}
	}
	for _, n := range names {
		if d := q.Next(start); d.Path() != n {
			t.Errorf("got %q, want %q", d.Path(), n)
		}
		q.Remove(q.Oldest())
	}
}

// TestMemoryIsReturned: after a peak neither a table nor a timerHeap stays large
// or keeps delays that have left.
func TestMemoryIsReturned(t *testing.T) {
	const peak = 10_000
	q := New(0)
	for i := range peak {
		q.Add(event.Modify, fmt.Sprint(i), "", false, at(i))
	}
	q.Next(at(peak / 2))
	for q.Len() > 1 {
		q.Remove(q.Oldest())
	}
	if n := cap(q.trie.nodes.buckets); n > peak/10 {
		t.Errorf("there are %d buckets for nodes", n)
	}
	if q.fifo.oldest != q.fifo.newest {
		t.Error("pages of holes are kept")
	}
	items := 0
	for _, a := range []timerHeap{q.schedule.byAlarm, q.schedule.bySeq, q.schedule.held, q.schedule.due} {
		items += cap(a.run) + cap(a.heap)
	}
	if items > peak/10 {
		t.Errorf("room for %d items", items)
	}
	if d := q.Next(at(peak)); d == nil || d.Path() != fmt.Sprint(peak-1) {
		t.Errorf("next is %v, want the last", d)
	}
}

// §10: who looks at all in parts, while others come and go, looks at each one that stays, once and in order.
func TestPart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		q := New(0)
		n := rng.IntN(400)
		for i := range n {
			q.Add(event.Create, fmt.Sprintf("d%d/f%d", i%7, i), "", false, at(0))
		}
		stay, seen := map[*Delay]bool{}, map[*Delay]bool{}
		q.Each(func(d *Delay) bool { stay[d] = true; return true })
		last, most := uint64(0), 1+rng.IntN(100)
		for from := uint64(0); ; {
			part := q.Part(from, most)
			for _, d := range part {
				if !d.Queued() || seen[d] || d.Position() <= last && last > 0 {
					t.Fatalf("round %d: %d again, or out of order after %d", round, d.Position(), last)
				}
				seen[d], last, from = true, d.Position(), d.Position()+1
			}
			if len(part) < most {
				break
			}
			q.Each(func(d *Delay) bool {
				if rng.IntN(5) == 0 {
					delete(stay, d)
					q.Remove(d)
				}
				return true
			})
		}
		for d := range stay {
			if !seen[d] {
				t.Fatalf("round %d: %d of %d was not looked at", round, d.Position(), n)
			}
		}
	}
}
