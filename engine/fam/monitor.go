package fam

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// fileMonitor watches its path if that is a directory, else the deepest directory above it that there is, which tells of the
// file, or of when to look again.
type fileMonitor struct {
	Config
	set     *Set
	id      event.RootID
	wanted  string // the directory that is to be watched, or is
	watched bool
	settled bool   // it is known whether the path was there at the start
	told    bool   // the monitored path itself is there, and was told
	action  Action // what is told of what a listing finds: Exists at the first time, then Created
	known   names  // in the directory, if it is the monitored one

	listings []string // that were asked for, in order
	found    names    // by them
	isThere  bool     // the next name on the way to the path, as far as they have told
	retry    *core.Timer
	failures int // since the last event
}

// names are those in a directory; nil for what is none. They hold a tree, as a directory takes all in it with it.
type names map[string]names

// place has a directory watched.
func (m *fileMonitor) place(dir string) {
	m.wanted, m.watched = dir, false
	m.listings, m.found, m.isThere = nil, nil, false
	m.id = m.set.core.Register(m)
	own := dir == m.Path
	w := core.Watch{Root: m.id, Source: withSlash(dir), Given: dir, Resolve: true, Monitor: m.Backend, PollInterval: m.PollInterval, Flat: !own || !m.Recursive}
	if own {
		w.Excluded = m.ignored
	} else {
		next := m.next()
		w.Excluded = func(path string) bool { return strings.TrimSuffix(path, "/") != next }
	}
	m.set.core.Watch(w)
}

// again has a directory watched in the place of the one that is.
func (m *fileMonitor) again(dir string) {
	m.set.core.Release(m.id)
	m.place(dir)
}

func (m *fileMonitor) end() {
	m.set.core.Release(m.id)
	if m.retry != nil {
		m.retry.Cancel()
	}
}

// ignored is asked by any goroutine, for paths as monitors have them.
func (m *fileMonitor) ignored(path string) bool {
	return m.Ignored != nil && path != "" && m.Ignored(strings.TrimSuffix(path, "/"))
}

// next is the name that is waited for in a directory above the path.
func (m *fileMonitor) next() string {
	rest := strings.TrimPrefix(m.Path, withSlash(m.wanted))
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// Placing implements core.Receiver.
func (m *fileMonitor) Placing() bool { return !m.settled }

// Watched implements core.Receiver.
func (m *fileMonitor) Watched(in core.Watched) {
	switch {
	case in.Err == nil:
		m.watched = true
		if m.wanted == m.Path {
			m.settled, m.failures = true, 0
			m.appear()
		}
		m.list("")
	case m.wanted == "/":
		m.set.log.Log("Warn", "fam: ", in.Err)
		m.settled = true
		m.later()
	default:
		if m.failures < 2 && errors.Is(in.Err, fs.ErrPermission) {
			m.set.log.Log("Warn", "fam: ", in.Err, "; it is tried again and again")
		}
		m.again(filepath.Dir(m.wanted))
	}
}

// appear tells of the monitored path itself.
func (m *fileMonitor) appear() {
	if !m.told {
		m.told = true
		m.set.tell(m, m.action, m.Path)
	}
}

// list asks what is below dir.
func (m *fileMonitor) list(dir string) {
	m.listings = append(m.listings, dir)
	m.set.core.Relist(m.id, dir)
}

// Pauses between two attempts to watch what is said to be there and could not be watched.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
)

// later looks for the monitored path again.
func (m *fileMonitor) later() {
	if m.retry != nil {
		m.retry.Cancel()
	}
	var pause time.Duration // at once, the first time
	if m.failures > 0 {
		pause = min(firstPause<<min(m.failures, 10), maxPause)
	}
	m.failures++
	m.retry = m.set.timers.Add(m.set.core.Now().Add(pause), func(time.Time) error {
		m.retry = nil
		m.again(m.Path)
		return nil
	})
}

// Receive implements core.Receiver.
func (m *fileMonitor) Receive(e event.Event) {
	switch e.Kind {
	case event.RootLost, event.RootElsewhere:
		m.vanish()
		m.again(m.Path)
		return
	case event.Overflow, event.Mounted, event.Unmounted:
		if m.watched { // else it is listed then anyway
			m.list(e.Path)
		}
		return
	case event.Unwatched:
		m.set.log.Log("Warn", "fam: ", e.Err)
		return
	}
	if m.wanted == m.Path {
		m.entry(e)
	} else {
		m.above(e)
	}
}

// above takes in what happens in a directory above the monitored path.
func (m *fileMonitor) above(e event.Event) {
	if e.Kind == event.Listed {
		m.listings = m.listings[1:]
		m.listed()
		return
	}
	path := e.Path
	if e.Kind == event.Move {
		if strings.TrimSuffix(e.Dest, "/") == m.next() {
			path, e.Kind = e.Dest, event.Create
		} else {
			e.Kind = event.Delete
		}
	}
	if strings.TrimSuffix(path, "/") != m.next() {
		return
	}
	live := len(m.listings) == 0
	switch last := m.absolute(m.next()) == m.Path; {
	case e.Kind == event.Delete:
		if last {
			m.vanish()
		}
	case !last || event.IsDir(path):
		if live {
			m.failures = 0
		}
		m.later()
	case m.told && !live && e.Kind == event.Create:
		m.isThere = true // seen again: it may have changed if something was lost
		if m.action == Created {
			m.set.tell(m, Changed, m.Path)
		}
	case m.told:
		m.isThere = true
		m.set.tell(m, Changed, m.Path)
	default:
		m.isThere = true
		m.appear()
		if live && e.Written && m.action == Created {
			m.set.tell(m, Changed, m.Path)
		}
	}
}

// listed ends a listing of a directory above.
func (m *fileMonitor) listed() {
	if len(m.listings) > 0 {
		return
	}
	if m.told && !m.isThere {
		m.vanish()
	}
	if m.action == Exists && m.told {
		m.set.tell(m, EndExist, m.Path)
	}
	m.isThere, m.settled, m.action = false, true, Created
}

// vanish tells that the monitored path and all in it is gone.
func (m *fileMonitor) vanish() {
	m.gone("", m.known)
	m.known, m.action = nil, Created
	if m.told {
		m.told = false
		m.set.tell(m, Deleted, m.Path)
	}
}

// entry takes in what happens in the monitored directory.
func (m *fileMonitor) entry(e event.Event) {
	name := strings.TrimSuffix(e.Path, "/")
	switch e.Kind {
	case event.Listed:
		m.listings = m.listings[1:]
		m.compare(e.Path)
	case event.Create:
		m.exists(name, event.IsDir(e.Path), e.Written, false)
		if e.Tree && m.Recursive && !slices.Contains(m.listings, "") {
			m.list(e.Path)
		}
	case event.Delete:
		m.remove(name)
	case event.Move:
		m.moved(name, strings.TrimSuffix(e.Dest, "/"), event.IsDir(e.Dest))
	case event.Attrib, event.Modify:
		if e.Path == "" {
			m.set.tell(m, Changed, m.Path)
		} else {
			m.exists(name, event.IsDir(e.Path), false, true)
		}
	}
}

// exists takes in that there is an entry. Changed: that is what was told, not that it is new.
func (m *fileMonitor) exists(name string, isDir, written, changed bool) {
	listing := len(m.listings) > 0
	if listing {
		m.found = m.found.with(name, isDir)
	}
	was, isKnown := m.known.find(name)
	if isKnown && (was != nil) != isDir { // another kind of entry has its name
		m.remove(name)
		isKnown = false
	}
	switch {
	case !isKnown:
		m.known = m.known.with(name, isDir)
		m.set.tell(m, m.action, name)
		if m.action == Created && (written || changed) {
			m.set.tell(m, Changed, name)
		}
	case changed || !listing || !isDir && m.action == Created: // what happened to it while events were lost, nobody knows
		m.set.tell(m, Changed, name)
	}
}

// remove tells that an entry and all in it is gone.
func (m *fileMonitor) remove(name string) {
	if below, ok := m.known.find(name); ok {
		m.gone(name+"/", below)
		m.known.drop(name)
		m.set.tell(m, Deleted, name)
	}
}

// gone tells that all in a directory is gone, what is deepest first.
func (m *fileMonitor) gone(prefix string, in names) {
	for _, name := range in.sorted() {
		m.gone(prefix+name+"/", in[name])
		m.set.tell(m, Deleted, prefix+name)
	}
}

// moved takes a rename for an end and a beginning; what it replaces has changed.
func (m *fileMonitor) moved(from, to string, isDir bool) {
	below, _ := m.known.find(from)
	m.remove(from)
	m.exists(to, isDir, false, false)
	var arrive func(prefix string, in names)
	arrive = func(prefix string, in names) {
		for _, name := range in.sorted() {
			if m.ignored(prefix + name) {
				continue
			}
			m.exists(prefix+name, in[name] != nil, false, false)
			arrive(prefix+name+"/", in[name])
		}
	}
	arrive(to+"/", below)
}

// compare ends a listing: what it did not find is gone.
func (m *fileMonitor) compare(dir string) {
	known, found := m.known, m.found
	if name := strings.TrimSuffix(dir, "/"); name != "" {
		known, _ = m.known.find(name)
		found, _ = m.found.find(name)
	}
	m.miss(dir, known, found)
	if len(m.listings) > 0 {
		return
	}
	m.found = nil
	if m.action == Exists {
		m.set.tell(m, EndExist, m.Path)
	}
	m.action = Created
}

func (m *fileMonitor) miss(prefix string, known, found names) {
	for _, name := range known.sorted() {
		if still, ok := found[name]; ok {
			m.miss(prefix+name+"/", known[name], still)
		} else {
			m.remove(prefix + name)
		}
	}
}

func (m *fileMonitor) absolute(name string) string { return filepath.Join(m.wanted, name) }

// find returns what is in the directory called path, and whether there is such an entry.
func (n names) find(path string) (names, bool) {
	var ok bool
	for name := range strings.SplitSeq(path, "/") {
		if n, ok = n[name]; !ok {
			return nil, false
		}
	}
	return n, true
}

// with adds an entry, and the directories on the way to it.
func (n names) with(path string, isDir bool) names {
	if n == nil {
		n = names{}
	}
	at := n
	for {
		name, rest, more := strings.Cut(path, "/")
		if at[name] == nil && (more || isDir) {
			at[name] = names{}
		} else if !more && !isDir {
			at[name] = nil
		}
		if !more {
			return n
		}
		at, path = at[name], rest
	}
}

func (n names) drop(path string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		n, _ = n.find(path[:i])
		path = path[i+1:]
	}
	delete(n, path)
}

func (n names) sorted() []string {
	list := make([]string, 0, len(n))
	for name := range n {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func withSlash(dir string) string {
	if dir == "/" {
		return dir
	}
	return dir + "/"
}
