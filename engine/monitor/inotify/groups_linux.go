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
	g := &groups{opts: opts, queue: queue, endQueue: end, census: &census{}, members: map[event.RootID]*group{}}
	if _, err := g.add(); err != nil { // now, not when the first root comes
		end()
		return nil, err
	}
	g.mounts = watchMounts(g.remounted)
	return g, nil
}

// remounted: the table of mounted file systems has changed.
func (g *groups) remounted() {
	g.mu.Lock()
	list := slices.Clone(g.list)
	g.mu.Unlock()
	for _, m := range list {
		// The only error is that everything has ended anyway.
		_ = m.call(context.Background(), (*watcher).remounted)
	}
}

// groups is the monitor as others see it. The kernel has one queue of bounded length for each inotify
// instance, and what overflows it makes no difference between trees. So roots share an instance, and
// with it the watches, only if one of them is in the other.
type groups struct {
	opts   monitor.Options
	queue  *monitor.Queue
	census *census
	mounts *mounts

	endQueue func()

	mu      sync.Mutex // guards all below: roots are watched from many goroutines
	list    []*group
	members map[event.RootID]*group
	closed  bool
}

// group is one inotify instance and the roots on it, by number. It stays when the last
// one has gone, for the next that comes.
type group struct {
	*inotify
	roots map[event.RootID]monitor.Root
}

// census counts directories over all instances, which share the limits of the user.
type census struct {
	watched atomic.Int64
	wanted  atomic.Int64 // watched, or polled for want of a watch
	walked  atomic.Int64 // visited by walks that are going on
}

func (g *groups) Stats() monitor.Stats {
	watched := g.census.watched.Load()
	return monitor.Stats{Watched: int(watched), Polled: int(max(g.census.wanted.Load()-watched, 0)), Walked: int(g.census.walked.Load())}
}

func (g *groups) Watch(ctx context.Context, root monitor.Root) error {
	m, err := g.join(root)
	if err != nil {
		return err
	}
	err = m.Watch(ctx, root)
	if err != nil {
		g.leave(root.ID)
	}
	return err
}

func (g *groups) Relist(id event.RootID, dir string, want monitor.Want) {
	g.mu.Lock()
	m := g.members[id]
	g.mu.Unlock()
	if m != nil {
		m.Relist(id, dir, want)
	}
}

func (g *groups) Mark() <-chan struct{} {
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

func (g *groups) Unwatch(id event.RootID) {
	if m := g.leave(id); m != nil {
		m.Unwatch(id)
	}
}

func (g *groups) Events() <-chan []event.Event { return g.queue.Events() }

func (g *groups) Close() error {
	g.mu.Lock()
	list := g.list
	g.closed = true
	g.mu.Unlock()
	for _, m := range list {
		m.cancel(errClosed)
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

// join finds a group for root: the one of a root that is in it or around it, an empty
// one, a new one, and if there is no instance left, the one with the fewest roots.
func (g *groups) join(root monitor.Root) (*group, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, errClosed
	}
	if g.members[root.ID] != nil {
		return nil, fmt.Errorf("watch %s: root %d is watched already", root.Path, root.ID)
	}
	m := g.kin(root.Path)
	if m == nil {
		var err error
		if m, err = g.add(); err != nil {
			m = slices.MinFunc(g.list, func(a, b *group) int { return len(a.roots) - len(b.roots) })
		}
	}
	m.roots[root.ID] = root
	m.pace()
	g.members[root.ID] = m
	return m, nil
}

func (g *groups) kin(path string) *group {
	var empty *group
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

func (g *groups) add() (*group, error) {
	if len(g.list) == maxInstances {
		return nil, errInstances
	}
	reader, err := kernel.Open()
	if err != nil {
		return nil, err
	}
	m := &group{start(reader, g.queue, g.census, g.opts), map[event.RootID]monitor.Root{}}
	g.list = append(g.list, m)
	return m, nil
}

// leave returns the group that root id was in, nil if in none.
func (g *groups) leave(id event.RootID) *group {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.members[id]
	if m != nil {
		delete(g.members, id)
		delete(m.roots, id)
		m.pace()
	}
	return m
}

// pace has the reader wait as long as the least patient of the roots allows.
func (m *group) pace() {
	least := time.Duration(-1)
	for _, root := range m.roots {
		if least < 0 || root.Slack < least {
			least = root.Slack
		}
	}
	m.reader.SetSlack(max(least, 0))
}

// count brings the census up to date with what this instance has.
func (w *watcher) count() {
	watched, wanted := int64(len(w.nodes)), int64(len(w.nodes))
	for _, t := range w.trees {
		wanted += int64(len(t.polled))
	}
	if watched == w.watched && wanted == w.wanted {
		return
	}
	w.census.watched.Add(watched - w.watched)
	w.census.wanted.Add(wanted - w.wanted)
	w.watched, w.wanted = watched, wanted
}
