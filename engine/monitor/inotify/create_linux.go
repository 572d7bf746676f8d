package inotify

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
)

// created takes a new entry that is not a directory. In the modes that wait for a
// close it is reported when it is complete: with its close if that has been
// read already, else when nobody has it open for writing.
// A file that was found in a new directory may have been written and closed unseen.
func (t *tree) created(e entry, found bool) {
	if t.Mode == event.ModifyOnly || t.Mode == event.CloseWriteOrModify {
		t.emitFile(t.path(e, false), found)
		return
	}
	if _, ok := t.pendingCreates[e]; ok {
		return
	}
	t.pendingCreates[e] = pendingCreate{at: t.w.now, found: found}
	t.uninspected = append(t.uninspected, e)
}

// inspectCreates looks at the new files whose close was not among the events so far.
func (t *tree) inspectCreates() {
	again := t.uninspected[:0]
	for _, e := range t.uninspected {
		h, ok := t.pendingCreates[e]
		if !ok || e.dir.has(dead) {
			continue
		}
		switch t.w.probe(e) {
		case writing:
			if h.until.IsZero() {
				h.until = h.at.Add(t.w.opts.CreateHold)
				t.pendingCreates[e] = h
				t.inspectLater(e, t.w.now)
			}
			continue
		case idle:
			// The kernel tells of a close before it lets go of the file, so if this was
			// closed just now, that can be read by now.
			if t.w.now.Sub(h.at) < catchUpInterval && !t.w.reader.Empty() {
				again = append(again, e)
				continue
			}
		}
		delete(t.pendingCreates, e)
		t.emitFile(t.path(e, false), h.found)
	}
	t.uninspected = again
	if len(again) == 0 && cap(again) > 4096 {
		t.uninspected = nil
	}
}

// probeInterval is the time between two looks at a pending file. The close of the file reports it at once;
// the looks find files whose close came before the watch, and correct a probe that opened another
// file because the path was not up to date.
const probeInterval = time.Second

// inspection says when to look at a pending file again.
type inspection struct {
	entry
	at time.Time
}

// inspectLater schedules the next look at a pending file.
func (t *tree) inspectLater(e entry, now time.Time) {
	t.inspectAgain = append(t.inspectAgain, inspection{e, now.Add(min(probeInterval, t.w.opts.CreateHold))})
}

// inspectPending looks at pending files again, and reports those that have been open for longer than CreateHold.
func (t *tree) inspectPending(now time.Time) {
	for at := t.nextInspection(); !at.IsZero() && !now.Before(at); at = t.nextInspection() {
		e := t.inspectAgain[0].entry
		t.inspectAgain = t.inspectAgain[1:]
		if now.Before(t.pendingCreates[e].until) && t.w.probe(e) == writing {
			t.inspectLater(e, now)
			continue
		}
		delete(t.pendingCreates, e)
		t.emit(event.Create, t.path(e, false))
	}
}

// nextInspection returns when a pending file has to be looked at; zero: never.
func (t *tree) nextInspection() time.Time {
	for len(t.inspectAgain) > 0 {
		first := t.inspectAgain[0]
		if h := t.pendingCreates[first.entry]; !h.until.IsZero() && !first.dir.has(dead) {
			return first.at
		}
		t.inspectAgain = t.inspectAgain[1:]
	}
	t.inspectAgain = nil
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
	return probe(unix.AT_FDCWD, at.path.String())
}

// probe is the same for the file at path, which may be relative to the directory open at dir.
func probe(dir int, path string) use {
	var st unix.Stat_t
	if unix.Fstatat(dir, path, &st, unix.AT_SYMLINK_NOFOLLOW) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return unknown
	}
	fd, err := unix.Openat(dir, path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
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
