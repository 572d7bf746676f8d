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
func (t *tree) gone() bool {
	s, err := os.Stat(t.Path)
	if err == nil && s.IsDir() && identify(t.Path, s) == t.id {
		return false
	}
	why := "it was deleted, moved away or unmounted"
	if err == nil {
		why = "another directory took its place"
	}
	t.lose(errors.New(why))
	return true
}

// lose reports that the root is gone.
func (t *tree) lose(why error) {
	t.abandon()
	t.emit(event.RootLost, "", fmt.Errorf("watch %s: %w; nothing is done for it until it is back", t.Path, why))
}

// abandon drops everything, and has the root looked for.
func (t *tree) abandon() {
	if !t.lost {
		t.endHints()
	}
	t.lost, t.dirs, t.again = true, nil, nil
	clear(t.dirty)
	t.due, t.scan = time.Time{}, time.Time{}
	t.check = t.w.now.Add(t.w.opts.RootInterval)
}

// leadsElsewhere reports whether the name of the root no longer leads to it, with an event the first time. The error says why it leads nowhere.
func (t *tree) leadsElsewhere() (bool, error) {
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
func (t *tree) lookForRoot() {
	t.check = t.w.now.Add(t.w.opts.RootInterval)
	if elsewhere, _ := t.leadsElsewhere(); elsewhere { // its error was reported
		return
	}
	if t.start(t.w.ctx) == nil {
		t.lost, t.away = false, ""
		t.emit(event.RootBack, "", nil)
	}
}
