package listing

import (
	"strings"
	"sync"
)

// hinted are directories to list again, relative to the root.
type hinted map[string]struct{}

// hints collects what a Hinter reports until the owner comes for it.
type hints struct {
	end func() // of the Hinter

	mu   sync.Mutex
	dirs hinted
}

// startHints asks the Hinter, if there is one, for a tree.
func (t *watched) startHints() error {
	t.hints = nil
	if t.w.hinter == nil {
		return nil
	}
	h := &hints{dirs: hinted{}}
	end, err := t.w.hinter(t.Root, func(dir string) {
		h.mu.Lock()
		h.dirs[dir] = struct{}{}
		h.mu.Unlock()
		select {
		case t.w.wake <- struct{}{}:
		default: // the owner has not yet seen the last one
		}
	})
	if err != nil {
		return err
	}
	h.end, t.hints = end, h
	return nil
}

// endHints returns when no more come.
func (t *watched) endHints() {
	if t.hints != nil {
		t.hints.end()
	}
}

// takeHints notes what was reported since the last time.
func (t *watched) takeHints() {
	if t.hints == nil {
		return
	}
	t.hints.mu.Lock()
	dirs := t.hints.dirs
	t.hints.dirs = hinted{}
	t.hints.mu.Unlock()
	if len(dirs) > 0 && !t.lost {
		t.hint(dirs)
	}
}

// parent is the directory that holds dir: "a/" for "a/b/", "" for "a/".
func parent(dir string) string {
	return dir[:strings.LastIndexByte(strings.TrimSuffix(dir, "/"), '/')+1]
}
