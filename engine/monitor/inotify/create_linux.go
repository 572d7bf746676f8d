package inotify

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
)

// created: there is a new entry that is not a directory. In the modes that wait for a
// close it is reported when it is complete: with its close if that has been
// read already, else when nobody has it open for writing.
// A file that was found in a new directory may have been written and closed unseen.
func (t *tree) created(e entry, found bool) {
	if t.Mode == event.ModifyOnly || t.Mode == event.CloseWriteOrModify {
		t.emitFile(t.path(e, false), found)
		return
	}
	if _, ok := t.held[e]; ok {
		return
	}
	t.held[e] = hold{at: t.w.now, found: found}
	t.fresh = append(t.fresh, e)
}

// settleCreates looks at the new files whose close was not among the events so far.
func (t *tree) settleCreates() {
	again := t.fresh[:0]
	for _, e := range t.fresh {
		h, ok := t.held[e]
		if !ok || e.dir.has(dead) {
			continue
		}
		switch t.w.probe(e) {
		case writing:
			if h.until.IsZero() {
				h.until = h.at.Add(t.w.opts.CreateHold)
				t.held[e] = h
				t.wait(e, t.w.now)
			}
			continue
		case idle:
			// The kernel tells of a close before it lets go of the file, so if this was
			// closed just now, that can be read by now.
			if t.w.now.Sub(h.at) < settleInterval && !t.w.reader.Empty() {
				again = append(again, e)
				continue
			}
		}
		delete(t.held, e)
		t.emitFile(t.path(e, false), h.found)
	}
	t.fresh = again
	if len(again) == 0 && cap(again) > 4096 {
		t.fresh = nil
	}
}

// probeInterval is the time between two looks at a held file. Its close ends the hold;
// the looks are for the close that was not for us to see, and for the probe that
// met another file, because the path was not up to date.
const probeInterval = time.Second

// later is a held file to be looked at again.
type later struct {
	entry
	at time.Time
}

// wait puts a held file in line for its next look.
func (t *tree) wait(e entry, now time.Time) {
	t.waiting = append(t.waiting, later{e, now.Add(min(probeInterval, t.w.opts.CreateHold))})
}

// retryCreates looks again at held files, and reports those that have been open for too long.
func (t *tree) retryCreates(now time.Time) {
	for at := t.nextHold(); !at.IsZero() && !now.Before(at); at = t.nextHold() {
		e := t.waiting[0].entry
		t.waiting = t.waiting[1:]
		if now.Before(t.held[e].until) && t.w.probe(e) == writing {
			t.wait(e, now)
			continue
		}
		delete(t.held, e)
		t.emit(event.Create, t.path(e, false))
	}
}

// nextHold is when a held file has to be looked at; zero: never.
func (t *tree) nextHold() time.Time {
	for len(t.waiting) > 0 {
		first := t.waiting[0]
		if h := t.held[first.entry]; !h.until.IsZero() && !first.dir.has(dead) {
			return first.at
		}
		t.waiting = t.waiting[1:]
	}
	t.waiting = nil
	return time.Time{}
}

type use uint8

const (
	idle use = iota
	writing
	unknown
)

// probe asks whether somebody has a file open for writing. The kernel gives a read
// lease only if nobody has. What is not a regular file is never opened: opening a
// device or a fifo does something.
func (w *watcher) probe(e entry) use {
	at, err := w.file(e)
	defer at.close()
	if err != nil {
		return unknown
	}
	var st unix.Stat_t
	if lstat(at.path, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return unknown
	}
	fd, err := openRead(at.path)
	if err != nil {
		return unknown
	}
	defer unix.Close(fd) // ends the lease
	_, err = unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK)
	switch {
	case err == nil:
		return idle
	case errors.Is(err, unix.EAGAIN):
		return writing
	default: // not our file, or a file system without leases
		return unknown
	}
}
