package inotify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// Open starts a monitor. The error names the sysctl if there are too many inotify instances.
func Open(opts monitor.Options) (monitor.Monitor, error) {
	queue, end := opts.Out()
	g := &instances{opts: opts, queue: queue, endQueue: end, shared: newShared(), members: map[event.RootID]*instance{}}
	if _, err := g.add(); err != nil { // now, not when the first root comes
		end()
		return nil, err
	}
	g.mounts = watchMounts(g.remounted)
	return g, nil
}

// remounted has every instance compare the mounts: the table of mounted file systems has changed.
func (g *instances) remounted() {
	g.mu.Lock()
	list := slices.Clone(g.list)
	g.mu.Unlock()
	for _, m := range list {
		m.actor.Send((*watcher).remounted)
	}
}

// instances is the monitor as others see it. The kernel has one queue of bounded length for each inotify
// instance, and what overflows it makes no difference between trees. So roots share an instance, and
// with it the watches, only if one of them is in the other.
type instances struct {
	opts   monitor.Options
	queue  *monitor.Queue
	shared *shared
	mounts *mounts

	endQueue func()

	mu      sync.Mutex // guards all below: roots are watched from many goroutines
	list    []*instance
	members map[event.RootID]*instance
	closed  bool
}

// shared is what all instances of a monitor have in common. They count directories together, because the limits are the user's.
type shared struct {
	watched atomic.Int64
	wanted  atomic.Int64 // watched, or polled for want of a watch
	walks   monitor.Walks
	walkers atomic.Int32 // on goroutines of their own
	raw     sync.Map     // event.RootID of raw roots: *atomic.Int64, how many watches each has
	solo    int          // how many directories a walk visits before it gets a crew
}

func newShared() *shared { return &shared{solo: soloVisits} }

func (g *instances) Stats() monitor.Stats {
	watched := g.shared.watched.Load()
	return monitor.Stats{Watched: int(watched), Polled: int(max(g.shared.wanted.Load()-watched, 0)), Walked: g.shared.walks.Sum()}
}

func (g *instances) Walked(id event.RootID) int { return g.shared.walks.Of(id) }

func (g *instances) Watch(ctx context.Context, root monitor.Root) error {
	m, err := g.assign(root)
	if err != nil {
		return err
	}
	err = m.Watch(ctx, root)
	if err != nil {
		g.release(root.ID)
	}
	return err
}

// Watching returns how many files and directories the kernel watches for a raw root.
func (g *instances) Watching(id event.RootID) int {
	if n, ok := g.shared.raw.Load(id); ok {
		return int(n.(*atomic.Int64).Load())
	}
	return 0
}

func (g *instances) Relist(id event.RootID, dir string, want monitor.Want) {
	g.mu.Lock()
	m := g.members[id]
	g.mu.Unlock()
	if m != nil {
		m.Relist(id, dir, want)
	}
}

func (g *instances) Mark() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := monitor.NewMark(len(g.list))
	if g.closed { // the descriptors mean something else now
		return m.Reached()
	}
	for _, member := range g.list {
		member.reader.Mark(m)
	}
	return m.Reached()
}

func (g *instances) Unwatch(id event.RootID) {
	if m := g.release(id); m != nil {
		m.Unwatch(id)
	}
}

func (g *instances) Events() <-chan []event.Event { return g.queue.Events() }

func (g *instances) Close() error {
	g.mu.Lock()
	list := g.list
	g.closed = true
	g.mu.Unlock()
	for _, m := range list {
		m.actor.Stop()
	}
	g.mounts.close()
	for _, m := range list {
		m.close()
	}
	g.endQueue()
	return nil
}

// maxInstances leaves most of the default fs.inotify.max_user_instances, 128, to other programs of the user.
const maxInstances = 32

// assign finds an instance for root: the one of a root that is in it or around it, an empty
// one, a new one, and if there is no instance left, the one with the fewest roots.
func (g *instances) assign(root monitor.Root) (*instance, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, monitor.ErrClosed
	}
	if g.members[root.ID] != nil {
		return nil, fmt.Errorf("watch %s: root %d is watched already", root.Path, root.ID)
	}
	m := g.nested(root.Path)
	if m == nil {
		var err error
		if m, err = g.add(); err != nil {
			m = slices.MinFunc(g.list, func(a, b *instance) int { return len(a.roots) - len(b.roots) })
		}
	}
	m.roots[root.ID] = root
	m.pace()
	g.members[root.ID] = m
	return m, nil
}

// nested returns the instance with a root that is below path or above it, else one without roots, else nil.
func (g *instances) nested(path string) *instance {
	var empty *instance
	for _, m := range g.list {
		if len(m.roots) == 0 {
			empty = m
		}
		for _, other := range m.roots {
			if strings.HasPrefix(path, other.Path) || strings.HasPrefix(other.Path, path) {
				return m
			}
		}
	}
	return empty
}

var errInstances = errors.New("enough inotify instances")

func (g *instances) add() (*instance, error) {
	if len(g.list) == maxInstances {
		return nil, errInstances
	}
	reader, err := kernel.Open()
	if err != nil {
		return nil, err
	}
	m := start(reader, g.queue, g.shared, g.opts)
	g.list = append(g.list, m)
	return m, nil
}

// release takes root id from its instance and returns that; nil if it is on none.
func (g *instances) release(id event.RootID) *instance {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shared.walks.Remove(id)
	g.shared.raw.Delete(id)
	m := g.members[id]
	if m != nil {
		delete(g.members, id)
		delete(m.roots, id)
		m.pace()
	}
	return m
}

// pace has the reader wait as long as the least patient of the roots allows.
func (m *instance) pace() {
	least := time.Duration(-1)
	for _, root := range m.roots {
		if least < 0 || root.Slack < least {
			least = root.Slack
		}
	}
	m.reader.SetSlack(max(least, 0))
}

// count adds to the shared numbers what this instance has.
func (w *watcher) count() {
	watched := int64(len(w.nodes) + len(w.raws.nodes) - w.raws.shared)
	wanted := watched
	for _, t := range w.trees {
		wanted += int64(len(t.polled))
	}
	if watched == w.watched && wanted == w.wanted {
		return
	}
	w.shared.watched.Add(watched - w.watched)
	w.shared.wanted.Add(wanted - w.wanted)
	w.watched, w.wanted = watched, wanted
}
