package backend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify"
	"lsyncgo/engine/monitor/poll"
)

// pair is a monitor made of two that watch the same roots: near hears at once of what this host changes, far
// finds by listings what other hosts do. What near has reported, far reports once more; a rename is a Delete and a Create. A root is
// lost if either says so, and back when neither does.
type pair struct {
	near, far monitor.Monitor
	retry     time.Duration // between two tries to watch a root by near again
	queue     *monitor.Queue
	end       func() // of the queue
	marks     chan *monitor.Mark
	ctx       context.Context
	cancel    context.CancelCauseFunc
	ended     sync.WaitGroup

	mu    sync.Mutex // guards all below: roots are watched from many goroutines
	roots map[event.RootID]*pairedRoot
}

// pairedRoot is one root of both.
type pairedRoot struct {
	monitor.Root
	lost [2]bool // to near, to far
	// stale: it was lost to the other one alone, so that this one watches what was there before.
	stale [2]bool
	away  string         // where it was told to lead instead
	asked map[string]int // directories that near was asked to list for the pair itself, which nobody else is told
	raw   *rawPair       // nil: the receiver wants no raw events
}

func openPair(opts monitor.Options) (monitor.Monitor, error) {
	own := opts
	own.Queue = nil
	near, err := inotify.Open(own)
	if err != nil {
		return nil, err
	}
	far, err := poll.Open(own)
	if err != nil {
		return nil, errors.Join(err, near.Close())
	}
	return newPair(near, far, opts), nil
}

func newPair(near, far monitor.Monitor, opts monitor.Options) *pair {
	queue, end := opts.Out()
	ctx, cancel := context.WithCancelCause(context.Background())
	p := &pair{near: near, far: far, retry: opts.WithDefaults().RootInterval, queue: queue, end: end, marks: make(chan *monitor.Mark),
		ctx: ctx, cancel: cancel, roots: map[event.RootID]*pairedRoot{}}
	p.ended.Go(p.run)
	return p
}

func (p *pair) run() {
	for {
		select {
		case batch := <-p.near.Events():
			p.take(batch, true)
		case batch := <-p.far.Events():
			p.take(batch, false)
		case m := <-p.marks:
			p.queue.Mark(m)
		case <-p.ctx.Done():
			return
		}
	}
}

// Watch is Monitor's.
func (p *pair) Watch(ctx context.Context, root monitor.Root) error {
	if err := p.add(root); err != nil {
		return err
	}
	near, far := root, root
	if root.Raw != nil {
		raw := newRawPair(root)
		near, far = raw.nearRoot(root), raw.farRoot(root)
		p.setRaw(root.ID, raw)
	}
	if err := p.near.Watch(ctx, near); err != nil {
		p.remove(root.ID)
		return err
	}
	if is, err := os.Stat(root.Path); root.Raw != nil && (err != nil || !is.IsDir()) {
		return nil // of a file near tells; and if it is gone, so
	}
	if err := p.far.Watch(ctx, far); err != nil {
		p.remove(root.ID)
		p.near.Unwatch(root.ID)
		return err
	}
	return nil
}

func (p *pair) add(root monitor.Root) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.ctx.Err() != nil:
		return monitor.ErrClosed
	case p.roots[root.ID] != nil:
		return fmt.Errorf("watch %s: root %d is watched already", root.Path, root.ID)
	}
	p.roots[root.ID] = &pairedRoot{Root: root, asked: map[string]int{}}
	return nil
}

func (p *pair) setRaw(id event.RootID, raw *rawPair) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roots[id].raw = raw
}

func (p *pair) remove(id event.RootID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.roots, id)
}

// Relist is Monitor's. Near sees all that is there.
func (p *pair) Relist(id event.RootID, dir string, want monitor.Want) { p.near.Relist(id, dir, want) }

// Mark is Monitor's. What other hosts do is told by no system at once.
func (p *pair) Mark() <-chan struct{} { return p.mark(p.near.Mark()) }

// Sweep implements monitor.Sweeper.
func (p *pair) Sweep() <-chan struct{} { return p.mark(p.near.Mark(), monitor.Sweep(p.far)) }

// mark returns a mark behind what comes before those of both.
func (p *pair) mark(parts ...<-chan struct{}) <-chan struct{} {
	mark := monitor.NewMark(1)
	p.ended.Go(func() {
		for _, part := range parts {
			select {
			case <-part: // run has taken what came before
			case <-p.ctx.Done():
				return
			}
		}
		select {
		case p.marks <- mark:
		case <-p.ctx.Done():
		}
	})
	return mark.Reached()
}

// Unwatch is Monitor's.
func (p *pair) Unwatch(id event.RootID) {
	p.remove(id)
	p.near.Unwatch(id)
	p.far.Unwatch(id)
}

// Stats is Monitor's. Each directory counts once.
func (p *pair) Stats() monitor.Stats { return p.near.Stats() }

// Walked is Monitor's. Near looks through a root first, then far does.
func (p *pair) Walked(id event.RootID) int { return max(p.near.Walked(id), p.far.Walked(id)) }

// Watching is that of near.
func (p *pair) Watching(id event.RootID) int {
	if near, ok := p.near.(watching); ok {
		return near.Watching(id)
	}
	return 0
}

// Events is Monitor's.
func (p *pair) Events() <-chan []event.Event { return p.queue.Events() }

// Close is Monitor's.
func (p *pair) Close() error {
	p.cancel(monitor.ErrClosed)
	p.ended.Wait()
	err := errors.Join(p.near.Close(), p.far.Close())
	p.end()
	return err
}

// take passes on what one of them reports.
func (p *pair) take(batch []event.Event, isNear bool) {
	var out []event.Event
	unknown := map[event.RootID]map[string]struct{}{} // directories that hold some of which near may not know
	paths := map[event.RootID]string{}
	p.mu.Lock()
	for _, e := range batch {
		r := p.roots[e.Root]
		if r == nil {
			continue
		}
		if r.raw != nil {
			if told, ok := r.raw.take(e, isNear); ok {
				out = append(out, told)
			}
			continue
		}
		if !p.passes(r, &e, isNear) {
			continue
		}
		paths[e.Root] = r.Path
		if e.Kind == event.Move {
			out = append(out, unpaired(e, r.Flat)...)
			continue
		}
		out = append(out, e)
		if !isNear && e.Kind == event.Create && event.IsDir(e.Path) {
			if unknown[e.Root] == nil {
				unknown[e.Root] = map[string]struct{}{}
			}
			unknown[e.Root][parent(e.Path)] = struct{}{}
		}
	}
	p.mu.Unlock()
	for i, e := range out {
		if e.Kind == event.Create && !there(paths[e.Root], e.Path) {
			out[i] = event.Event{Root: e.Root, Kind: event.Delete, Path: e.Path, Time: e.Time}
		}
	}
	p.queue.Put(out)
	for id, dirs := range unknown {
		p.tell(id, dirs)
	}
}

// unpaired is a rename as a Delete and a Create. A Move says that what is known below the old name is below the new one, and far
// may have told by now what both have had since.
func unpaired(e event.Event, flat bool) []event.Event {
	gone, is := e.Halves()
	is.Written = !is.Tree
	is.Tree = is.Tree && !flat
	return []event.Event{gone, is}
}

// there reports whether an entry is still there. Who was told of it first may not be told of its end by the one who told of it second.
func there(root, path string) bool {
	is, err := os.Lstat(root + strings.TrimSuffix(path, "/"))
	return err == nil && is.IsDir() == event.IsDir(path) || err != nil && !errors.Is(err, fs.ErrNotExist)
}

// passes reports whether e is told. The owner of the lock calls it.
func (p *pair) passes(r *pairedRoot, e *event.Event, isNear bool) bool {
	wasLost := r.lost[0] || r.lost[1]
	i := 1
	if isNear {
		i = 0
	}
	switch e.Kind {
	case event.RootLost, event.RootElsewhere:
		r.lost[i], r.stale[i], r.stale[1-i] = true, false, !r.lost[1-i]
		clear(r.asked)
		again := r.away == e.Dest
		r.away = e.Dest
		return !wasLost || e.Kind == event.RootElsewhere && !again
	case event.RootBack:
		r.lost[i] = false
		if r.stale[1-i] && !r.lost[1-i] {
			r.lost[1-i], r.stale[1-i] = true, false
			p.ended.Go(func() { p.watchAgain(r, 1-i) })
		}
		return r.back()
	case event.Listed:
		if isNear && r.asked[e.Path] > 0 {
			r.asked[e.Path]--
			return false
		}
	case event.Unwatched:
		return isNear && !wasLost // the other one has the same to say
	}
	return !wasLost
}

// back reports whether both see the root again.
func (r *pairedRoot) back() bool {
	if r.lost[0] || r.lost[1] {
		return false
	}
	r.away = ""
	return true
}

// watchAgain has that one watch a root that has not noticed that it is another directory now.
func (p *pair) watchAgain(r *pairedRoot, i int) {
	m := []monitor.Monitor{p.near, p.far}[i]
	m.Unwatch(r.ID)
	for err := m.Watch(p.ctx, r.Root); err != nil; err = m.Watch(p.ctx, r.Root) {
		select {
		case <-p.ctx.Done():
			return
		case <-time.After(p.retry):
		}
	}
	p.mu.Lock()
	known := p.roots[r.ID] == r
	r.lost[i] = false
	isBack := known && r.back()
	p.mu.Unlock()
	if !known {
		m.Unwatch(r.ID)
	}
	if isBack {
		p.queue.Put([]event.Event{{Root: r.ID, Kind: event.RootBack, Time: time.Now()}})
	}
}

// tell has near watch the directories in some that it may not have heard of, since another host made them.
func (p *pair) tell(id event.RootID, dirs map[string]struct{}) {
	var tops []string
	for dir := range dirs {
		tops = append(tops, dir)
	}
	slices.Sort(tops)
	tops = slices.CompactFunc(tops, func(above, dir string) bool { return strings.HasPrefix(dir, above) })
	for _, dir := range tops {
		p.mu.Lock()
		r := p.roots[id]
		if r != nil {
			r.asked[dir]++
		}
		p.mu.Unlock()
		if r != nil {
			p.near.Relist(id, dir, monitor.Want{Hidden: func(string) bool { return false }})
		}
	}
}

// parent is the directory that holds dir: "a/" for "a/b/", "" for "a/".
func parent(dir string) string {
	return dir[:strings.LastIndexByte(strings.TrimSuffix(dir, "/"), '/')+1]
}
