package delay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

var start = time.Unix(1_000_000_000, 0)

// places is small, so that random events meet.
var places = [...]string{
	"", "a", "a/", "a/b", "a/b/", "a/b/c", "a/b/c/", "a/b/c/d", "a/bb", "a/e/f",
	"g/", "g/h", "g/h/", "g/h/i", "ab", "-n\n$(id)\xff",
}

// pair drives a queue and the model with the same operations.
type pair struct {
	t     *testing.T
	q     *Queue
	m     *model
	now   time.Time
	log   []string
	input []byte
}

func (p *pair) byte() int {
	if len(p.input) == 0 {
		return 0
	}
	b := p.input[0]
	p.input = p.input[1:]
	return int(b)
}

func (p *pair) place() string { return places[p.byte()%len(places)] }

// alarm is within a few seconds of now, or the zero time.
func (p *pair) alarm() time.Time {
	n := p.byte() % 16
	if n == 15 {
		return time.Time{}
	}
	return p.now.Add(time.Duration(n-4) * time.Second)
}

func (p *pair) logf(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

func (p *pair) failf(format string, args ...any) {
	p.t.Helper()
	for _, l := range p.log {
		p.t.Log(l)
	}
	p.t.Fatalf(format, args...)
}

// pick returns the same random delay of both; nil from an empty queue.
func (p *pair) pick() (*Delay, *entry) {
	n := p.byte()
	if len(p.m.list) == 0 {
		return nil, nil
	}
	n %= len(p.m.list)
	return p.all()[n], p.m.list[n]
}

func (p *pair) all() (list []*Delay) {
	p.q.Each(func(d *Delay) bool {
		list = append(list, d)
		return true
	})
	return list
}

func (p *pair) step() {
	switch op := p.byte() % 32; {
	case op < 14:
		p.add(event.Attrib + event.Kind(p.byte()%5))
	case op < 16:
		kind := event.Init + event.Kind(p.byte()%3)
		path, alarm := p.place(), p.alarm()
		if kind != event.Full {
			path = ""
		}
		p.logf("%v %q at %v", kind, path, alarm)
		p.q.AddUncombined(kind, path, alarm)
		p.m.append(p.m.make(kind, path, "", false, alarm))
	case op < 19:
		if d, e := p.pick(); d != nil {
			p.logf("activate %d", e.seq)
			p.q.Activate(d)
			e.active = true
			d.SetTries(d.Tries() + 1)
			e.tries++
			d.SetData(e.seq)
			e.data = e.seq
		}
	case op < 22:
		if d, e := p.pick(); d != nil {
			if got, want := p.q.Curtail(d), p.m.curtail(e); got != want {
				p.failf("curtail %d leaves something: %v, want %v", e.seq, got, want)
			}
			alarm := p.alarm()
			p.logf("retry %d at %v", e.seq, alarm)
			p.q.Retry(d, alarm)
			e.active, e.held, e.alarm = false, true, alarm
		}
	case op < 25:
		if d, e := p.pick(); d != nil {
			p.remove(d, e)
		}
	case op < 27:
		p.next()
	case op < 30:
		p.collect()
	case op < 31:
		p.now = p.now.Add(time.Duration(p.byte()%8) * time.Second)
		p.logf("now %v", p.now)
	default:
		n := p.byte()%12 - 1
		p.logf("max %d", n)
		p.q.SetMaxDelays(n)
		p.m.max = n
	}
}

func (p *pair) add(kind event.Kind) {
	path, alarm, tree := p.place(), p.alarm(), false
	dest := ""
	if kind == event.Move {
		dest = p.place()
	} else {
		tree = p.byte()%4 == 0
	}
	got, want := p.q.Add(kind, path, dest, tree, alarm), p.m.add(kind, path, dest, tree, alarm)
	p.logf("%v %q %q tree=%v at %v: %v", kind, path, dest, tree, alarm, want)
	if got != want {
		p.failf("verdict %v, want %v", got, want)
	}
}

func (p *pair) remove(d *Delay, e *entry) {
	p.logf("remove %d", e.seq)
	p.q.Remove(d)
	p.q.Remove(d)
	p.q.Activate(d)
	p.q.Retry(d, p.now)
	p.m.remove(e)
}

// next takes what is ready, as a core with one process does.
func (p *pair) next() {
	d, e := p.q.Next(p.now), p.m.next(p.now)
	if d == nil || e == nil {
		return // compared by check
	}
	p.logf("next %d", e.seq)
	p.q.Activate(d)
	e.active = true
}

// collect takes a list and activates it, or removes it in an order of the input's choice.
func (p *pair) collect() {
	choices := map[string]Choice{}
	rule := p.byte()
	choose := func(kind event.Kind, path string) Choice {
		key := kind.String() + path
		if _, ok := choices[key]; !ok {
			choices[key] = Take
			if rule%3 != 0 {
				choices[key] = [...]Choice{Take, Take, Take, Take, Take, Take, Leave, Break}[p.byte()%8]
			}
		}
		return choices[key]
	}
	most := math.MaxInt
	if rule >= 128 {
		most = 1 + rule%5
	}
	test := func(d *Delay) Choice { return choose(d.Kind, d.Path()) }
	if rule%3 == 0 {
		test = nil
	}
	want, rest := p.m.collect(p.now, nil, most, func(e *entry) Choice { return choose(e.kind, e.path) })
	got, next := p.q.Collect(p.now, 0, most, test)
	for ; rest != nil && next != 0; got, next = p.q.Collect(p.now, next, most, test) {
		want, rest = p.m.collect(p.now, rest, most, func(e *entry) Choice { return choose(e.kind, e.path) })
	}
	if rest != nil || next != 0 {
		p.failf("goes on at %d, want %v", next, rest)
	}
	p.logf("collect %v: %d", choices, len(want))
	if len(got) != len(want) {
		p.failf("collected %d, want %d", len(got), len(want))
	}
	for i := range got {
		if show(got[i]) != p.m.show(want[i]) {
			p.failf("collected %v, want %v", show(got[i]), p.m.show(want[i]))
		}
	}
	if rule%2 == 0 {
		for i, d := range got {
			p.q.Activate(d)
			want[i].active = true
		}
	}
	switch rule / 4 % 3 {
	case 1:
		for i, d := range got {
			p.remove(d, want[i])
		}
	case 2:
		for i, d := range slices.Backward(got) {
			p.remove(d, want[i])
		}
	}
}

// show tells everything about a delay but its absolute position.
func show(d *Delay) string {
	return fmt.Sprintf("%v %q>%q tree=%v tries=%d data=%v %v held=%v alarm=%v",
		d.Kind, d.Path(), d.Dest(), d.Tree, d.Tries(), d.Data(), d.Status(), d.held, d.Alarm().Sub(start))
}

func (m *model) show(e *entry) string {
	return fmt.Sprintf("%v %q>%q tree=%v tries=%d data=%v %v held=%v alarm=%v",
		e.kind, e.path, e.dest, e.tree, e.tries, e.data, m.status(e), e.held, e.alarm.Sub(start))
}

func (p *pair) check() {
	p.t.Helper()
	list := p.all()
	if p.q.Len() != len(p.m.list) || len(list) != len(p.m.list) {
		p.failf("Len %d, Each %d, want %d", p.q.Len(), len(list), len(p.m.list))
	}
	for i, d := range list {
		if show(d) != p.m.show(p.m.list[i]) {
			p.failf("delay %d is %v, want %v", i, show(d), p.m.show(p.m.list[i]))
		}
		if i > 0 && list[i-1].seq >= d.seq {
			p.failf("delay %d is not behind %d", i, i-1)
		}
		if b := d.origin.blocker(); b != nil && (d.Status() != Block || b.seq >= d.seq || !slices.Contains(list, b)) {
			p.failf("delay %d is not blocked by %v", i, b)
		}
	}
	p.checkReady(list)
	p.checkCounts(list)
	p.checkTrie()
}

// checkCounts counts again what the queue keeps count of.
func (p *pair) checkCounts(list []*Delay) {
	p.t.Helper()
	counts, retrying := [Block + 1]int{}, 0
	items := p.q.Part(0, math.MaxInt)
	for i, d := range list {
		counts[d.Status()]++
		if d.Status() != Active && d.Tries() > 0 {
			retrying++
		}
		if item := items[i].Item(); items[i] != d || item.Path() != d.Path() || item.Dest() != d.Dest() {
			p.failf("item %d is %+v, want %s", i, item, show(d))
		}
	}
	n, first := p.q.Retrying()
	if counts != p.q.counts || n != retrying || n == 0 && !first.IsZero() {
		p.failf("counts %v, %d retrying; want %v, %d", p.q.counts, n, counts, retrying)
	}
}

func (p *pair) checkReady(list []*Delay) {
	p.t.Helper()
	if oldest := p.q.Oldest(); len(list) == 0 && oldest != nil || len(list) > 0 && oldest != list[0] {
		p.failf("oldest is %v", oldest)
	}
	got, want := p.q.Next(p.now), p.m.next(p.now)
	if (got == nil) != (want == nil) || got != nil && list[slices.Index(p.m.list, want)] != got {
		p.failf("next is %v, want %v", got, want)
	}
	at, ok := p.q.NextAlarm()
	wantAt, wantOK := p.m.nextAlarm()
	due, wantDue := !at.After(p.now), !wantAt.After(p.now)
	if ok != wantOK || due != wantDue || ok && !due && !at.Equal(wantAt) {
		p.failf("next alarm %v %v, want %v %v", at, ok, wantAt, wantOK)
	}
}

// checkTrie counts again what the trie keeps count of.
func (p *pair) checkTrie() {
	p.t.Helper()
	gaps, after, kids := map[*end]uint32{}, map[*node]uint32{}, map[*node]uint32{}
	for _, d := range p.all() {
		for e := range d.ends {
			for n := e.node.parent; n != nil; n = n.parent {
				if younger := n.entries.after(d.seq); younger != nil {
					gaps[younger]++
				} else {
					after[n]++
				}
			}
		}
	}
	for _, d := range p.all() {
		for e := range d.ends {
			if e.olderBelow() != gaps[e] {
				p.failf("%q has %d older below, want %d", d.Path(), e.olderBelow(), gaps[e])
			}
		}
	}
	for n := range p.q.trie.nodes.each {
		kids[n.parent]++
	}
	for n := range p.q.trie.nodes.each {
		if n.olderBelow != after[n] || n.kids != kids[n] || n.kids == 0 && n.entries.root == nil {
			p.failf("node %q: %+v, want after %d, kids %d", n.segment, n, after[n], kids[n])
		}
	}
	if root := p.q.trie.root; root.olderBelow != after[root] || root.kids != kids[root] {
		p.failf("root: %+v, want after %d, kids %d", root, after[root], kids[root])
	}
}

// each calls yield for every node.
func (t *nodeTable) each(yield func(*node) bool) {
	for _, n := range t.buckets {
		for ; n != nil; n = n.chain {
			if !yield(n) {
				return
			}
		}
	}
}

func run(t *testing.T, input []byte) {
	p := &pair{t: t, q: New(0), m: &model{}, now: start, input: input}
	for len(p.input) > 0 {
		p.step()
		p.check()
	}
	for len(p.m.list) > 0 {
		p.remove(p.all()[0], p.m.list[0])
		p.check()
	}
	if n := p.q.trie.nodes.count; n != 0 {
		p.failf("%d nodes in an empty queue", n)
	}
}

func FuzzQueue(f *testing.F) {
	f.Add([]byte("lsyncgo"))
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) < 1<<10 {
			run(t, input)
		}
	})
}

// TestModel runs random operations of fixed seeds, more than the fuzz corpus has.
// §4: the same as a naive FIFO in all that is visible.
func TestModel(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		input := make([]byte, 20+random.IntN(500))
		for i := range input {
			input[i] = byte(random.Uint32())
		}
		run(t, input)
	}
}
