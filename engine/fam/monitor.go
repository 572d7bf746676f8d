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
	self    entry  // the monitored path, if it is no directory

	listings []string // that were asked for, in order
	void     int      // of these, whose answers do not count, as they began while it was behind
	found    names    // by the others
	isThere  bool     // the next name on the way to the path, as far as they have told
	retry    *core.Timer
	failures int // since the last event

	queue  []pending // for the handler
	owed   int       // tokens of these that were found while it was busy
	busy   bool      // a call of the handler has not ended
	kill   func()    // ends that; nil: it has ended, or cannot be ended
	behind bool      // too much has waited: it is looked again when the handler has ended
}

// place has a directory watched.
func (m *fileMonitor) place(dir string) {
	m.wanted, m.watched = dir, false
	m.listings, m.void, m.found, m.isThere = nil, 0, nil, false
	m.id = m.set.core.Register(m)
	own := dir == m.Path
	w := core.Watch{Root: m.id, Source: withSlash(dir), Given: dir, Resolve: true, Monitor: m.Backend, PollInterval: m.PollInterval, Signatures: true, Flat: !own || !m.Recursive}
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
		m.set.tell(m, m.action, m.Path, nil)
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
		if m.watched && !m.behind { // else it is listed later anyway
			m.list(e.Path)
		}
		return
	case event.Unwatched:
		m.set.log.Log("Warn", "fam: ", e.Err)
		return
	}
	if m.behind && e.Kind != event.Listed {
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
		if m.answered() {
			m.listed()
		}
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
	default:
		m.file(e, live)
	}
}

// file takes in that the monitored file is there. Live: that is no answer to a question.
func (m *fileMonitor) file(e event.Event, live bool) {
	m.isThere = true
	isNew := !m.told
	differs := m.self.take(e.Signature)
	m.appear()
	switch {
	case m.action == Exists && !live && e.Kind == event.Create: // seen again, at the start
	case isNew && (!live || !e.Written || m.action != Created):
	case live || differs || e.Kind != event.Create:
		m.set.change(m, m.Path, &m.self)
	}
}

// answered takes in the end of a listing, and reports whether it counts.
func (m *fileMonitor) answered() bool {
	m.listings = m.listings[1:]
	switch {
	case m.behind:
		m.found = nil
		return false
	case m.void == 0:
		return true
	}
	if m.void--; m.void == 0 {
		m.found, m.isThere = nil, false
	}
	return false
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
		m.set.tell(m, EndExist, m.Path, nil)
	}
	m.isThere, m.settled, m.action = false, true, Created
}

// vanish tells that the monitored path and all in it is gone.
func (m *fileMonitor) vanish() {
	m.gone("", m.known)
	m.known, m.self, m.action = nil, entry{}, Created
	if m.told {
		m.told = false
		m.set.tell(m, Deleted, m.Path, nil)
	}
}

// entry takes in what happens in the monitored directory.
func (m *fileMonitor) entry(e event.Event) {
	name := strings.TrimSuffix(e.Path, "/")
	switch e.Kind {
	case event.Listed:
		if m.answered() {
			m.compare(e.Path)
		}
	case event.Create:
		m.exists(name, event.IsDir(e.Path), e.Written, false, e.Signature)
		if e.Tree && m.Recursive && !slices.Contains(m.listings, "") {
			m.list(e.Path)
		}
	case event.Delete:
		m.remove(name)
	case event.Move:
		m.moved(name, strings.TrimSuffix(e.Dest, "/"), event.IsDir(e.Dest), e.Signature)
	case event.Attrib, event.Modify:
		if e.Path == "" {
			m.set.tell(m, Changed, m.Path, nil)
		} else {
			m.exists(name, event.IsDir(e.Path), false, true, e.Signature)
		}
	}
}

// exists takes in that there is an entry. Changed: that is what was told, not that it is new.
func (m *fileMonitor) exists(name string, isDir, written, changed bool, is *event.Signature) {
	listing := len(m.listings) > 0
	if listing {
		m.found = m.found.with(name, isDir)
	}
	was := m.known.find(name)
	if was != nil && was.isDir() != isDir { // another kind of entry has its name
		m.remove(name)
		was = nil
	}
	if was == nil {
		m.known = m.known.with(name, isDir)
		was = m.known.find(name)
		was.take(is)
		m.set.tell(m, m.action, name, nil)
		if m.action == Created && (written || changed) {
			m.set.change(m, name, was)
		}
		return
	}
	if differs := was.take(is); changed || !listing || m.action == Created && differs {
		m.set.change(m, name, was)
	}
}

// remove tells that an entry and all in it is gone.
func (m *fileMonitor) remove(name string) {
	if was := m.known.find(name); was != nil {
		m.gone(name+"/", was.below)
		m.known.drop(name)
		m.set.tell(m, Deleted, name, was)
	}
}

// gone tells that all in a directory is gone, what is deepest first.
func (m *fileMonitor) gone(prefix string, in names) {
	for _, name := range in.sorted() {
		m.gone(prefix+name+"/", in[name].below)
		m.set.tell(m, Deleted, prefix+name, in[name])
	}
}

// moved takes a rename for an end and a beginning; what it replaces has changed.
func (m *fileMonitor) moved(from, to string, isDir bool, is *event.Signature) {
	var below names
	if was := m.known.find(from); was != nil {
		below = was.below
	}
	m.remove(from)
	m.exists(to, isDir, false, false, is)
	var arrive func(prefix string, in names)
	arrive = func(prefix string, in names) {
		for _, name := range in.sorted() {
			if m.ignored(prefix + name) {
				continue
			}
			m.exists(prefix+name, in[name].isDir(), false, false, in[name].is)
			arrive(prefix+name+"/", in[name].below)
		}
	}
	arrive(to+"/", below)
}

// compare ends a listing: what it did not find is gone.
func (m *fileMonitor) compare(dir string) {
	known, found := m.known, m.found
	if name := strings.TrimSuffix(dir, "/"); name != "" {
		known, found = m.known.in(name), m.found.in(name)
	}
	m.miss(dir, known, found)
	if len(m.listings) > 0 {
		return
	}
	m.found = nil
	if m.action == Exists {
		m.set.tell(m, EndExist, m.Path, nil)
	}
	m.action = Created
}

func (m *fileMonitor) miss(prefix string, known, found names) {
	for _, name := range known.sorted() {
		if still, ok := found[name]; ok {
			m.miss(prefix+name+"/", known[name].below, still.below)
		} else {
			m.remove(prefix + name)
		}
	}
}

func (m *fileMonitor) absolute(name string) string { return filepath.Join(m.wanted, name) }

func withSlash(dir string) string {
	if dir == "/" {
		return dir
	}
	return dir + "/"
}
