package monitortest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// patience is how long anything may take before a test fails. It is no timing: a test that passes never waits for it.
// A listing of everything is followed by a pause of nine times what it took, and that is seconds on a busy machine.
const patience = 60 * time.Second

// syncName begins the names of the files that mark the end of a step.
const syncName = ".sync-"

// Session is a monitor, roots it watches and their models.
type Session struct {
	T       *testing.T
	Monitor monitor.Monitor
	// Dir is an empty directory, with a slash at the end; the usual root is the directory root/ in it.
	Dir string

	roots  []monitor.Root
	models map[event.RootID]*Model
	log    []event.Event // not yet compared
	syncs  int
}

// NewSession opens a monitor, which is closed at the end of the test.
func NewSession(t *testing.T, open func(*testing.T) monitor.Monitor) *Session {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{T: t, Monitor: open(t), Dir: dir + "/", models: map[event.RootID]*Model{}}
	t.Cleanup(func() {
		if err := s.Monitor.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		for range s.Monitor.Events() { // drained, then closed
		}
	})
	return s
}

// Root completes r with a path below Dir, which is made, and a number.
func (s *Session) Root(path string, r monitor.Root) monitor.Root {
	s.T.Helper()
	r.Path = filepath.Join(s.Dir, path) + "/"
	if r.ID == 0 {
		r.ID = event.RootID(len(s.roots) + 1)
	}
	if err := os.MkdirAll(r.Path, 0o755); err != nil {
		s.T.Fatal(err)
	}
	return r
}

// Watch watches r.
func (s *Session) Watch(r monitor.Root) {
	s.T.Helper()
	ctx, cancel := context.WithTimeout(s.T.Context(), patience)
	defer cancel()
	if err := s.Monitor.Watch(ctx, r); err != nil {
		s.T.Fatalf("watch: %v", err)
	}
	s.roots = append(s.roots, r)
	s.models[r.ID] = NewModel(r)
}

// Until takes events until ok says that it is enough. It fails the test if that takes too long.
func (s *Session) Until(what func() string, ok func() bool) {
	s.T.Helper()
	if !s.wait(ok) {
		s.T.Fatalf("waited in vain: %s\nevents:\n%s", what(), Format(s.log))
	}
}

func (s *Session) wait(ok func() bool) bool {
	s.T.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	tick := time.NewTicker(10 * time.Millisecond) // what is waited for may come without an event
	defer tick.Stop()
	for !ok() {
		select {
		case batch := <-s.Monitor.Events():
			s.takeAll(batch)
		case <-tick.C:
		case <-timeout.C:
			return false
		}
	}
	return true
}

// takeAll takes a batch and all that are there already: looking whether it is
// enough costs more than an event.
func (s *Session) takeAll(batch []event.Event) {
	s.T.Helper()
	for {
		if batch == nil {
			s.T.Fatal("the monitor closed its events")
		}
		for _, e := range batch {
			s.take(e)
		}
		select {
		case batch = <-s.Monitor.Events():
		default:
			return
		}
	}
}

func (s *Session) take(e event.Event) {
	s.log = append(s.log, e)
	if m := s.models[e.Root]; m != nil {
		m.Apply(e)
	}
}

// Has reports whether an event of this kind and path was reported since the last Take.
func (s *Session) Has(k event.Kind, path string) bool {
	for _, e := range s.log {
		if e.Kind == k && e.Path == path {
			return true
		}
	}
	return false
}

// Log is the events since the last Take.
func (s *Session) Log() []event.Event { return s.log }

// Take returns the events since the last Take.
func (s *Session) Take() []event.Event {
	log := s.log
	s.log = nil
	return log
}

// Sync makes a file in every root that is there and waits until it is reported: everything before it has been too.
func (s *Session) Sync() {
	s.T.Helper()
	s.syncs++
	name := fmt.Sprintf("%s%d", syncName, s.syncs)
	for _, r := range s.roots {
		if s.models[r.ID].Lost {
			continue
		}
		if err := os.WriteFile(r.Path+name, nil, 0o644); err != nil {
			s.T.Fatal(err)
		}
		s.Until(func() string { return "for " + r.Path + name }, func() bool {
			for _, e := range s.log {
				if e.Root == r.ID && e.Path == name {
					return true
				}
			}
			return false
		})
	}
}

// Equal waits until every model is equal to its tree.
func (s *Session) Equal() {
	s.T.Helper()
	s.Sync()
	diff := func() string {
		for _, r := range s.roots {
			if m := s.models[r.ID]; m != nil {
				if d := m.Diff(); d != "" {
					return fmt.Sprintf("root %d: %s", r.ID, d)
				}
			}
		}
		return ""
	}
	if s.wait(func() bool { return diff() == "" }) {
		return
	}
	log := s.log
	if len(log) > 200 {
		log = log[len(log)-200:]
	}
	s.T.Fatalf("the events do not add up to the tree:\n%s\nlast events:\n%s", diff(), Format(log))
}

// Format writes one event per line, as the scripts do.
func Format(events []event.Event) string {
	var b strings.Builder
	for _, e := range events {
		if marks(e.Path) {
			continue
		}
		if e.Root != 1 {
			fmt.Fprintf(&b, "%d: ", e.Root)
		}
		b.WriteString(e.Kind.String())
		if e.Path != "" {
			fmt.Fprintf(&b, " %s", e.Path)
		}
		if e.Dest != "" {
			fmt.Fprintf(&b, " -> %s", e.Dest)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
