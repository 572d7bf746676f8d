package monitor

import (
	"strings"
	"sync"
	"time"

	"lsyncgo/engine/event"
)

// maxBatch bounds what the receiver gets at once, so that a backlog of millions
// does not keep it from everything else it has to look after.
const maxBatch = 4096

// maxWaiting bounds the memory of a backlog, some 100 MB. A receiver so far behind is better off with a listing.
const maxWaiting = 500_000

// Queue stands between a backend and its receiver. It takes whatever it is given
// at once and keeps it until the receiver comes: a busy receiver becomes memory
// here, not an overflow in the kernel.
//
// While an event waits, a repetition of it (Modify after Modify, Attrib after
// Attrib of one path) is dropped: the receiver has not looked yet, so one look
// shows both. That holds only as long as the name means the same file, so nothing is
// folded across a move or a deletion of the path or of a directory. What is Untouched is never folded.
//
// When maxWaiting events wait, those of the root that has most of them become one Overflow of the directory that they all
// are in.
type Queue struct {
	in    chan []event.Event
	marks chan *Mark
	out   chan []event.Event
	stop  chan struct{}
	once  sync.Once
	ended chan struct{}
}

// NewQueue starts a queue. Close ends its goroutine.
func NewQueue() *Queue {
	q := &Queue{
		in:    make(chan []event.Event),
		marks: make(chan *Mark),
		out:   make(chan []event.Event),
		stop:  make(chan struct{}),
		ended: make(chan struct{}),
	}
	go q.run()
	return q
}

// Put appends events, which belong to the queue from then on; it waits for no
// receiver. After Close they are dropped.
func (q *Queue) Put(events []event.Event) {
	if len(events) == 0 {
		return
	}
	select {
	case q.in <- events:
	case <-q.ended:
	}
}

// Mark has m reach the receiver behind what was put before.
func (q *Queue) Mark(m *Mark) {
	select {
	case q.marks <- m:
	case <-q.ended:
	}
}

// Events is where batches come out. It is closed after Close.
func (q *Queue) Events() <-chan []event.Event { return q.out }

// Close drops what waits, closes Events and returns when the goroutine has ended.
func (q *Queue) Close() {
	q.once.Do(func() { close(q.stop) })
	<-q.ended
}

func (q *Queue) run() {
	defer close(q.ended)
	defer close(q.out)
	p := newPending(maxWaiting)
	for {
		p.reach()
		var out chan []event.Event // nil while nothing waits
		batch := p.batch()
		if len(batch) > 0 {
			out = q.out
		}
		select {
		case events := <-q.in:
			p.add(events)
		case m := <-q.marks:
			p.marks = append(p.marks, marked{p.first + uint64(len(p.list)), m})
		case out <- batch:
			p.taken(len(batch))
		case <-q.stop:
			return
		}
	}
}

// foldKey names what repeats.
type foldKey struct {
	root event.RootID
	kind event.Kind
	path string
}

// pending is what waits for the receiver. Events are numbered in order of arrival.
type pending struct {
	list    []event.Event
	first   uint64                // number of list[0]
	barrier uint64                // nothing folds into events before this one
	seen    map[foldKey]uint64    // number of the last such event
	marks   []marked              // in order
	max     int                   // events that may wait
	full    map[event.RootID]shed // of roots whose events were too many, the last one
}

func newPending(limit int) pending {
	return pending{seen: map[foldKey]uint64{}, max: limit, full: map[event.RootID]shed{}}
}

// shed is an Overflow that took the place of events: its number, and the directory that it is about.
type shed struct {
	at  uint64
	dir string
}

// says reports whether the Overflow says what e does.
func (s shed) says(e *event.Event) bool {
	return strings.HasPrefix(e.Path, s.dir) && (e.Kind != event.Move || strings.HasPrefix(e.Dest, s.dir))
}

// shared returns the deepest directory that dir is in or is, and that holds path; "" is the root.
func shared(dir, path string) string {
	for !strings.HasPrefix(path, dir) || path == dir && dir != "" {
		dir = dir[:strings.LastIndexByte(dir[:len(dir)-1], '/')+1]
	}
	return dir
}

// marked is a mark, and the number of the first event behind it.
type marked struct {
	at uint64
	*Mark
}

// reach tells the marks in front of what waits that the receiver has come to them.
func (p *pending) reach() {
	for len(p.marks) > 0 && p.marks[0].at <= p.first {
		p.marks[0].reach()
		p.marks = p.marks[1:]
	}
}

func (p *pending) batch() []event.Event {
	n := min(len(p.list), maxBatch)
	return p.list[:n:n]
}

func (p *pending) taken(n int) {
	p.list = p.list[n:]
	p.first += uint64(n)
	switch {
	case len(p.list) == 0:
		p.list = nil // the receiver owns the array now
		if len(p.seen) > maxBatch {
			p.seen = map[foldKey]uint64{}
		} else {
			clear(p.seen)
		}
	case len(p.seen) > 2*len(p.list)+maxBatch:
		for k, n := range p.seen {
			if n < p.first {
				delete(p.seen, k)
			}
		}
	}
}

func (p *pending) add(events []event.Event) {
	for i := range events {
		e := &events[i]
		if sheds(e) {
			if len(p.list) >= p.max {
				p.shed(e.Time)
			}
			if s, ok := p.full[e.Root]; ok && s.at >= p.first && s.says(e) {
				continue // the Overflow that waits says it, too
			}
		}
		if e.Kind != event.Untouched && p.folds(e) {
			continue
		}
		p.list = append(p.list, *e)
	}
}

// sheds reports whether an Overflow can stand for an event.
func sheds(e *event.Event) bool { return e.Kind <= event.Move || e.Kind == event.Untouched }

// shed puts one Overflow in the place of all that happened to the files of the root of which most waits. What is told
// of the root itself and of what is mounted below it stays.
func (p *pending) shed(now time.Time) {
	counts := map[event.RootID]int{}
	most := event.RootID(0)
	for i := range p.list {
		if e := &p.list[i]; sheds(e) {
			counts[e.Root]++
			if counts[e.Root] > counts[most] {
				most = e.Root
			}
		}
	}
	if counts[most] == 0 {
		return
	}
	kept, dir, first := make([]event.Event, 0, len(p.list)-counts[most]+1), "", true
	marks := p.marks
	for i, e := range p.list {
		for ; len(marks) > 0 && marks[0].at <= p.first+uint64(i); marks = marks[1:] {
			marks[0].at = p.first + uint64(len(kept))
		}
		if e.Root != most || !sheds(&e) {
			kept = append(kept, e)
			continue
		}
		if first {
			first, dir = false, e.Path[:strings.LastIndexByte(e.Path, '/')+1]
		}
		dir = shared(dir, e.Path)
		if e.Kind == event.Move {
			dir = shared(dir, e.Dest)
		}
	}
	for i := range marks {
		marks[i].at = p.first + uint64(len(kept))
	}
	p.list = kept
	p.full[most] = shed{p.first + uint64(len(kept)), dir}
	p.list = append(p.list, event.Event{Root: most, Kind: event.Overflow, Path: dir, Time: now, Err: event.ErrBacklog})
	clear(p.seen)
	p.barrier = p.first + uint64(len(p.list))
}

// folds reports whether e says nothing that a waiting event does not say, and
// otherwise notes what e means for the ones after it.
func (p *pending) folds(e *event.Event) bool {
	next := p.first + uint64(len(p.list))
	switch e.Kind {
	case event.Modify, event.Attrib:
		k := foldKey{e.Root, e.Kind, e.Path}
		if at, ok := p.seen[k]; ok && at >= p.first && at >= p.barrier {
			return true
		}
		p.seen[k] = next
	case event.Create:
		p.forget(e.Root, e.Path)
	case event.Delete, event.Move:
		if event.IsDir(e.Path) {
			p.barrier = next
			break
		}
		p.forget(e.Root, e.Path)
		if e.Kind == event.Move {
			p.forget(e.Root, e.Dest)
		}
	default:
		p.barrier = next
	}
	return false
}

func (p *pending) forget(root event.RootID, path string) {
	if len(p.seen) == 0 {
		return
	}
	delete(p.seen, foldKey{root, event.Modify, path})
	delete(p.seen, foldKey{root, event.Attrib, path})
}
