package listing

import (
	"errors"
	"fmt"
	"os"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/root"
)

// gone reports whether the root is not what it was, and says so once.
func (t *watched) gone() bool {
	if t.lost || t.w.interval == 0 { // nothing is told that happens later
		return t.lost
	}
	why := t.replaced()
	if why != nil {
		t.lose(why)
	}
	return why != nil
}

// replaced says why the root is not what it was; nil if it is.
func (t *watched) replaced() error {
	switch now, err := os.Stat(t.Path); {
	case err != nil:
		return errors.New("it was deleted, moved away or unmounted")
	case !now.IsDir() || !os.SameFile(now, t.is):
		return errors.New("another directory took its place")
	}
	return nil
}

// lose reports that the root is gone.
func (t *watched) lose(why error) {
	t.abandon()
	t.emit(event.RootLost, "", fmt.Errorf("watch %s: %w; nothing is done for it until it is back", t.Path, why))
}

// abandon drops everything, and has the root looked for.
func (t *watched) abandon() {
	if !t.lost {
		t.endHints()
	}
	t.lost, t.top, t.dirs, t.again = true, nil, 0, nil
	clear(t.dirty)
	t.due, t.scan = time.Time{}, time.Time{}
	t.check = t.w.in(t.w.opts.RootInterval)
}

// leadsElsewhere reports whether the name of the root no longer leads to it, with an event the first time. The error says why it leads nowhere.
func (t *watched) leadsElsewhere() (bool, error) {
	trail, err := root.Follow(t.Name)
	switch {
	case err != nil:
		if !t.lost {
			t.lose(err)
		}
		return true, err
	case withSlash(trail.Path) == t.Path:
		return false, nil
	}
	t.abandon()
	if t.away != trail.Path {
		t.away = trail.Path
		t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.RootElsewhere, Dest: withSlash(trail.Path), Time: t.w.now})
	}
	return true, nil
}

func withSlash(path string) string {
	if path == "/" {
		return path
	}
	return path + "/"
}

// lookForRoot watches a lost root again when it is there.
func (t *watched) lookForRoot() {
	t.check = t.w.in(t.w.opts.RootInterval)
	if elsewhere, _ := t.leadsElsewhere(); elsewhere { // its error was reported
		return
	}
	if t.start(t.w.ctx) == nil {
		t.lost, t.away = false, ""
		t.emit(event.RootBack, "", nil)
	}
}
