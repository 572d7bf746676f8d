// Package guard looks at a source before a target is made equal to it: a disk
// that is not mounted looks like a directory in which everything was deleted.
package guard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"lsyncgo/engine/event"
)

// Guard remembers which directory each source was. Its methods may be called by
// several goroutines.
type Guard struct {
	mu    sync.Mutex // guards roots: goroutines that place watches write it
	roots map[event.RootID]os.FileInfo
}

// New returns a guard that has seen nothing yet.
func New() *Guard { return &Guard{roots: map[event.RootID]os.FileInfo{}} }

// Started looks at a source that is about to be synced for the first time and
// remembers it. Deletes says whether the sync deletes at the target what the source
// does not have. The error is the reason to hold the sync: the source is empty and the
// target, a local directory, is not.
func (g *Guard) Started(id event.RootID, source, target string, deletes bool) error {
	info, err := os.Stat(source)
	if err != nil {
		return nil // the watch reports it
	}
	g.mu.Lock()
	g.roots[id] = info
	g.mu.Unlock()
	if !deletes || !local(target) || !empty(source) || empty(target) {
		return nil
	}
	return fmt.Errorf("the source %s is empty and the target %s is not: a disk may not be mounted", source, target)
}

// Empty reports whether a source has nothing in it, as the mount point of a disk that is not mounted.
func (g *Guard) Empty(source string) bool { return empty(source) }

// Returned looks at a source that was lost and is there again. The error is the
// reason to hold the sync: it is another directory or file system than before.
func (g *Guard) Returned(id event.RootID, source string) error {
	info, err := os.Stat(source)
	if err != nil {
		return nil // it is lost again, and that is reported
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.roots[id]
	if before == nil || os.SameFile(before, info) {
		return nil
	}
	g.roots[id] = info // whoever lets it go on means this one
	return fmt.Errorf("the source %s came back as another directory or file system", source)
}

// local reports whether target is a path on this machine, as rsync reads it.
func local(target string) bool {
	colon := strings.IndexByte(target, ':')
	return strings.HasPrefix(target, "/") || target != "" && (colon < 0 || strings.Contains(target[:colon], "/"))
}

// empty reports whether a directory has no entries; one that cannot be read, or is not there, counts as empty.
func empty(path string) bool {
	dir, err := os.Open(path)
	if err != nil {
		return true
	}
	defer dir.Close()
	names, err := dir.Readdirnames(2)
	if len(names) == 1 && names[0] == "lost+found" { // a fresh file system
		return true
	}
	return len(names) == 0 && (errors.Is(err, io.EOF) || err != nil)
}
