package rsync

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat"
)

// survey is one look at the source.
type survey struct {
	*Plan
	ctx      context.Context
	listed   map[string]bool     // true: missing. "dir/" means its entries too, "/" those of the source
	changed  map[string]bool     // those of listed that are known to have other data
	changing bool                // what is listed now is
	seen     map[string]presence // of directories that entries are below, without a slash at the end
	root     bool                // the source's own metadata is wanted
	links    linkSearch
	names    map[fsat.Inode][]string // all that the files in links have
	sum      Summary
}

// presence is what was found at a path.
type presence uint8

const (
	isDir presence = iota + 1
	isOther
	isMissing
	isUnclear // rsync has to look, and to report the error
)

func (s *survey) run() error {
	for _, e := range s.Entries {
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
		s.changing = e.Kind != event.Attrib
		s.look(e.Path, event.Whole(e.Kind, event.IsDir(e.Path), e.Tree))
		if e.Kind == event.Move {
			s.look(e.Dest, event.Arrives(e.Dest))
		}
		if s.HardLinks {
			s.links.addFormer(e.Files)
		}
	}
	s.changing = false
	for _, dir := range s.Sweep {
		s.sweep(dir)
	}
	if s.root && len(s.listed) == 0 { // else every line has it done
		s.stand()
	}
	s.siblings()
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return nil
}

func (s *survey) excluded(path string) bool { return s.Excluded != nil && s.Excluded(path) }

// look lists what path needs: itself if it exists, else the topmost directory
// above it that is gone or is no directory any more. Rsync, told of a path
// below that, would fail or would go through a symbolic link.
func (s *survey) look(path string, tree bool) {
	if s.excluded(path) {
		return
	}
	if path == "" {
		s.root = true
		if tree {
			s.walk("")
		}
		return
	}
	name := strings.TrimSuffix(path, "/")
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		switch at := s.above(name[:i]); at {
		case isDir:
		case isUnclear:
			s.add(name)
			return
		default:
			s.list(name[:i], at, false)
			return
		}
	}
	s.list(name, s.see(name), tree)
}

func tooLong(err error) bool { return errors.Is(err, syscall.ENAMETOOLONG) }

// sweep lists dir with its entries, or what has become of it. An empty source
// is not swept: it may be a mount point.
func (s *survey) sweep(dir string) {
	if dir == "" {
		if entries, err := os.ReadDir(s.Source); err == nil && len(entries) > 0 {
			s.add(slashed(dir))
		}
		return
	}
	s.look(dir, false)
	if name := strings.TrimSuffix(dir, "/"); !s.excluded(dir) && s.above(name) == isDir {
		s.add(dir)
	}
}

// above is see for directories, which are looked at once.
func (s *survey) above(name string) presence {
	at, ok := s.seen[name]
	if !ok {
		at = s.see(name)
		s.seen[name] = at
	}
	return at
}

func (s *survey) see(name string) presence {
	info, err := s.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return isMissing
	case err != nil:
		// ENOTDIR is among these: the source is changing right now.
		return isUnclear
	case info.IsDir():
		return isDir
	}
	if s.HardLinks {
		s.links.note(info)
	}
	return isOther
}

// lstat looks at name, which may be longer than a path that the kernel takes at once.
func (s *survey) lstat(name string) (fs.FileInfo, error) {
	info, err := os.Lstat(s.Source + name)
	if !tooLong(err) {
		return info, err
	}
	top, err := os.OpenRoot(s.Source)
	if err != nil {
		return nil, err
	}
	defer func() { _ = top.Close() }()
	return top.Lstat(name)
}

func (s *survey) list(name string, at presence, tree bool) {
	switch at {
	case isMissing:
		s.listMissing(name)
	case isDir:
		if s.excluded(name + "/") {
			s.listFormer(name, name)
			return
		}
		if tree {
			s.walk(name + "/")
		} else {
			s.add(name)
		}
	case isOther:
		if s.excluded(name) {
			s.listFormer(name, name+"/")
			return
		}
		s.add(name)
	default:
		s.add(name)
	}
}

func (s *survey) listMissing(name string) {
	switch {
	case !s.Delete || s.spares(name):
	case s.Contents || s.excluded(name) != s.excluded(name+"/") || s.closed(name):
		// Rsync is told of no type with what is missing, and its rules take it for a file. In a directory that the
		// target has, they find what is there.
		s.listBeside(name)
	case s.add(name):
		s.listed[name] = true
	}
}

// listFormer lists what the target may still have of former, which was no excluded one, in place of name, which is.
func (s *survey) listFormer(name, former string) {
	if s.Delete && !s.spares(name) && !s.excluded(former) {
		s.listBeside(name)
	}
}

// listBeside lists the directory that holds name, with its entries.
func (s *survey) listBeside(name string) {
	changing := s.changing
	s.changing = false // what else the directory holds is not
	s.add(slashed(parent(name)))
	s.changing = changing
}

// spares reports whether what is missing is only out of sight.
func (s *survey) spares(name string) bool {
	for _, dir := range s.Spared {
		if strings.HasPrefix(name+"/", dir) {
			return true
		}
	}
	return false
}

// add lists name, if rsync can take it.
func (s *survey) add(name string) bool {
	if len(name) > maxListed {
		s.sum.TooLong = append(s.sum.TooLong, name)
		return false
	}
	s.listed[name] = false
	if s.changing {
		s.changed[name] = true
	}
	return true
}

// walk lists dir, which is "" or ends in a slash, and every directory below it
// with a slash: rsync then sends and, with --delete, removes entries as needed.
func (s *survey) walk(dir string) {
	if s.ctx.Err() != nil || !s.add(slashed(dir)) {
		return
	}
	// Rsync reads the directory, too, and reports why if it cannot.
	if at, err := descend(s.Source, dir); err == nil {
		s.walkAt(at, dir)
		at.Close()
	}
}

// walkAt lists the directories below dir, which is listed and which at is in.
func (s *survey) walkAt(at *descent.Cursor, dir string) {
	var dirs []string
	_ = at.ReadDir(func(e fs.DirEntry) error {
		name := dir + e.Name()
		switch {
		case e.IsDir():
			if !s.excluded(name+"/") && s.add(name+"/") {
				dirs = append(dirs, e.Name())
			}
		case s.HardLinks && !s.excluded(name):
			s.linked(e)
		}
		return s.ctx.Err()
	})
	s.below(at, dir, dirs, s.walkAt)
}

// below calls f in each of dirs, which are in dir, where at is.
func (s *survey) below(at *descent.Cursor, dir string, dirs []string, f func(*descent.Cursor, string)) {
	for _, name := range dirs {
		if s.ctx.Err() != nil {
			return
		}
		if at.Down(name) != nil {
			continue
		}
		f(at, dir+name+"/")
		if at.Up() != nil {
			return // moved, of which an event tells
		}
	}
}

// parent returns the directory of name, "" or with a slash at its end.
func parent(name string) string {
	return name[:strings.LastIndexByte(strings.TrimSuffix(name, "/"), '/')+1]
}

// slashed is how survey.listed names the entries of dir.
func slashed(dir string) string {
	if dir == "" {
		return "/"
	}
	return dir
}

// stand lists an entry of the source for the source's own metadata. The plain
// "." would make rsync look at all entries, and remove what an empty mount
// point does not have.
func (s *survey) stand() {
	entries, err := os.ReadDir(s.Source)
	if err != nil {
		return
	}
	var other string
	for _, e := range entries {
		switch {
		case e.IsDir() && !s.excluded(e.Name()+"/"):
			s.add(e.Name())
			return
		case !e.IsDir() && other == "" && !s.excluded(e.Name()):
			other = e.Name()
		}
	}
	if other != "" {
		s.add(other)
	}
}
