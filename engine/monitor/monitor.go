// Package monitor says what a monitor is: something that reports what happens
// below directory trees. The backends are the packages below it; package
// backend chooses one by name.
//
// # Writing a backend
//
// A backend implements Monitor and puts what it reports through a Queue, so that
// a slow receiver never reaches the kernel. What it has to get right:
//
//   - A directory is watched first and listed second, otherwise what is made
//     between the two is lost.
//   - A directory that appears while it is watched has its contents reported
//     as Create events, parents before children; what is there when Watch is
//     called is not reported.
//   - A rename with both ends in a root is one Move, with one end in it a Create
//     or a Delete. A backend that cannot pair says Delete and Create.
//   - The Create of a file that was written and closed before it was reported is
//     marked Written, or a Modify follows. A backend that cannot tell marks every new file.
//   - Paths are bytes, relative to the root; directories end in a slash.
//   - Excluded is asked for each path before it is reported and for each
//     directory before it is watched or listed. It may be called at any time from
//     the backend's goroutines.
//   - Each root gets events of its own: roots may nest, be equal, or reach the
//     same directory over a bind mount.
//   - What may have been missed is said: Overflow for a root, or a directory of it, of which events were
//     lost, RootLost when the root itself is gone (once, and never Delete events
//     for an unmounted tree), RootElsewhere when a link to it was pointed elsewhere, RootBack when it is watched
//     again, Unwatched for a directory that cannot be watched, with the remedy in Err.
//   - What is mounted below a root belongs to it, and is Mounted and Unmounted. A backend of a
//     system that does not tell of mounts does not either.
//   - Nothing wakes up while nothing happens.
//   - Close ends every goroutine and then closes Events.
//
// Reporting too much is allowed, too little is not: an event means "look at this
// path again", and the receiver looks at the file system before it acts. The order
// of events is the order in which things happened to one path and to the paths above it.
//
// Register the backend in package backend and run monitortest.Run in its test:
// the suite is the acceptance test. Its Promises name what a backend is excused from.
package monitor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"lsyncgo/engine/event"
)

// Root is one tree to watch.
type Root struct {
	ID event.RootID
	// Path is absolute, symlinks resolved, with one trailing slash.
	Path string
	// Name is the path by which the receiver knows the root, absolute. Symbolic links may lead on from it; when
	// they lead to another directory than Path, that is RootElsewhere, and if nowhere, RootLost. Empty: Path.
	Name string
	// Backend is the name of the backend wanted, for a monitor that is made of several; empty or "auto": its choice.
	Backend string
	// Flat: watch only the directory itself (subdirs = false).
	Flat bool
	Mode event.Mode
	// Mounts are the mount points below the root that the receiver knows of, as Mounted and Unmounted have
	// their paths: of those that are none any more by the time of Watch it is told.
	Mounts []string
	// PollInterval is the time between two listings of the whole root by a backend that compares listings; zero: as in Options.
	PollInterval time.Duration
	// Links: events of files with several names say which file it is. A backend that cannot tell does not.
	Links bool
	// Signatures: events say what the entry was when they were told.
	Signatures bool
	// Slack is how late the receiver may hear of what happens, so that it hears of many things at once. Zero: as soon as it can.
	Slack time.Duration
	// Excluded reports whether nothing below path (relative to the root,
	// directories end in a slash) is wanted. It is called from the monitor's
	// goroutines, so it must be safe to call at any time; nil excludes nothing.
	// Excluded directories are neither watched nor listed.
	Excluded func(path string) bool
	// Raw: the receiver wants to be told just what the kernel tells. Then Path may also be that of a file, with a slash at its
	// end all the same, Name is how paths begin in what is told, and of what else a Root says only ID, Backend and Slack matter.
	// A backend that cannot do so returns ErrRaw from Watch.
	Raw *event.RawRoot
}

// ErrRaw is the answer of a backend that does not see what the kernel tells.
var ErrRaw = errors.New("this monitor does not see the events of the kernel; on Linux inotify does")

// Validate returns an error if the path of the root is none that can be watched.
func (r Root) Validate() error {
	if !filepath.IsAbs(filepath.FromSlash(r.Path)) || !strings.HasSuffix(r.Path, "/") {
		return fmt.Errorf("watch %q: the path has to be absolute and to end in a slash", r.Path)
	}
	return nil
}

// Monitor reports what happens below roots.
//
// Events arrive in batches, in the order in which they happened; repeated events of one path
// may be folded. The monitor never waits for its receiver. What it may have
// missed it reports as Overflow, RootLost or Unwatched, never by silence.
type Monitor interface {
	// Watch returns when every directory of the root is watched, so that a
	// listing made afterwards plus the events is complete. Roots may nest or be
	// the same directory. A directory below the root that cannot be watched is an
	// Unwatched event, a root that cannot be is an error. An ID is watched once.
	Watch(ctx context.Context, root Root) error
	// Relist asks for Create events for what is below a directory of a root now, "" for all, parents before children, as
	// far as want says, and then for one Listed event for the directory. A file that is being written is held back as
	// ever, and may come after it. Relist does not wait. A directory that is gone by then has no entries; of a root that is
	// unknown or lost nothing is told.
	Relist(id event.RootID, dir string, want Want)
	// Mark returns a channel that is closed when the receiver has taken the events of all that had happened in the
	// roots when it was called, as far as the system tells at once. It does not wait. After Close it may stay open.
	Mark() <-chan struct{}
	// Unwatch ends the reports for a root; its late events may still arrive.
	Unwatch(id event.RootID)
	// Stats tells what is watched now. It does not wait, and any goroutine may call it.
	Stats() Stats
	// Walked returns how many directories the walk through a root has looked at so far: the one that places its
	// watches, or a later one. 0: none is going on. It does not wait, and any goroutine may call it.
	Walked(id event.RootID) int
	// Events is closed after Close, when the last goroutine of the monitor has ended.
	Events() <-chan []event.Event
	Close() error
}

// Sweeper is a Monitor that is not told at once of all that happens.
type Sweeper interface {
	// Sweep is as Mark, for all that had happened, told by the system or not: it looks at everything first.
	Sweep() <-chan struct{}
}

// Sweep returns a channel that is closed when the receiver of m has taken the events of all that had happened when it was called. It
// does not wait. After Close it may stay open.
func Sweep(m Monitor) <-chan struct{} {
	if s, ok := m.(Sweeper); ok {
		return s.Sweep()
	}
	return m.Mark()
}

// Want says which entries a receiver wants to hear of. The zero value stands for all; its functions may be called until the
// root is unwatched.
type Want struct {
	// Hidden reports whether path has been excluded until now, itself or with a directory above it. If it is not any
	// more, as Root.Excluded says, it is reported as new and watched from then on. All else is not told again.
	Hidden func(path string) bool
	// Seen reports whether a hidden entry was known when it changed last: then it is watched, and not reported. Nil: none was.
	Seen func(path string, changed time.Time) bool
	// Existing: what has been there is told as Exist, not as Create, and the end as EndExist, not as Listed. What is new stays a Create.
	// It is for a whole root, without Hidden.
	Existing bool
}

// Kind is what an entry is told as that has been there.
func (w Want) Kind() event.Kind {
	if w.Existing {
		return event.Exist
	}
	return event.Create
}

// End is what is told after all entries.
func (w Want) End() event.Kind {
	if w.Existing {
		return event.EndExist
	}
	return event.Listed
}

// Stats count directories of all roots; one that several roots share counts once where they share its watch.
type Stats struct {
	Watched int // the system reports their changes
	Polled  int // listed again and again, for want of a watch
	Walked  int // looked at so far by the walks that are going on
}

// Options are the times a monitor works with. The zero value means the defaults.
type Options struct {
	// Queue takes the events of backends that share one; Close leaves it open. Nil: the backend has its own.
	Queue *Queue
	// PollInterval is the time between two listings of a directory for which
	// the kernel has no watch left. Default 10 s.
	PollInterval time.Duration
	// RootInterval is the time between two looks for a lost root. Default 1 s.
	RootInterval time.Duration
	// RescanInterval is the time between two listings of everything by a backend
	// that compares listings. Default 60 s.
	RescanInterval time.Duration
	// CreateHold is how long a new file that stays open for writing is kept back. Default 30 s.
	CreateHold time.Duration
}

// Out returns the queue for a backend's events, and what the backend's Close has to call last.
func (o Options) Out() (q *Queue, end func()) {
	if o.Queue != nil {
		return o.Queue, func() {}
	}
	q = NewQueue()
	return q, q.Close
}

// WithDefaults fills in what is not set.
func (o Options) WithDefaults() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&o.PollInterval, 10*time.Second)
	set(&o.RootInterval, time.Second)
	set(&o.RescanInterval, time.Minute)
	set(&o.CreateHold, 30*time.Second)
	return o
}
