package inotify

import (
	"golang.org/x/sys/unix"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// survey is what a walk asks of each directory. It does not change during the walk, so that walkers on several
// goroutines may read it.
type survey struct {
	reader   *kernel.Reader
	excluded func(path string) bool // nil: nothing is
	mask     uint32
	top      bool   // the walk begins at the root, which is watched for more
	flat     bool   // directories are not entered
	names    bool   // all entries are wanted, not only directories
	begin    string // the absolute path of the directory where the walk begins, with a slash at the end
	root     int    // the length of the root's path in begin
}

// visit is one directory of a walk. Its path is made of the visits above it, so that walkers need no tree.
type visit struct {
	parent *visit // nil: where the walk begins
	name   string
	node   *node // the owner's: set when the owner has taken what was found in the parent
}

// finding is what a walker found in one directory.
type finding struct {
	*visit
	wd      int32      // its watch; -1: err says why there is none
	err     error      // of opening or watching it
	listErr error      // of reading it to its end
	dirs    []visit    // those to be visited
	others  []dirEntry // all other entries, if the survey wants names
}

// dirEntry is an entry of a directory; typ is one of unix.DT_*.
type dirEntry struct {
	name string
	typ  uint8
}

// walker goes through directories depth-first, watches and lists them. It opens each directory from the one above it: a
// path from the root costs the kernel a step for each level, which is quadratic in deep trees.
type walker struct {
	*survey
	stack []*visit

	at     *descent.Cursor // in the directory of in; nil: the next directory is opened by its path
	in     *visit
	counts map[uint64]bool // devices whose directories count the directories in them

	pathBuf, listBuf []byte
	nameBuf          []byte // the names of the listing that is going on
	ends             []end
}

// end is where a name ends in the names of a listing.
type end struct {
	at  int
	typ uint8
}

// next visits the directory on top of the stack and pushes those in it. False: the stack is empty.
func (w *walker) next() (f finding, ok bool) {
	last := len(w.stack) - 1
	if last < 0 {
		return f, false
	}
	v := w.stack[last]
	w.stack = w.stack[:last]
	f = finding{visit: v, wd: -1}
	fd, err := w.open(v)
	if err != nil {
		f.err = err
		return f, true
	}
	mask := w.mask
	if w.top && v.parent == nil {
		mask |= topMask
	}
	// The watch comes first: what is made after the listing has events.
	if f.wd, f.err = w.reader.WatchOpen(fd, mask); f.err == nil && (w.names || !w.flat && !w.leaf(fd)) {
		w.list(&f, fd)
	}
	if len(f.dirs) == 0 {
		unix.Close(fd)
		return f, true
	}
	w.enter(v, fd)
	for i := range f.dirs {
		w.stack = append(w.stack, &f.dirs[i])
	}
	return f, true
}

// open opens the directory of v.
func (w *walker) open(v *visit) (int, error) {
	if w.to(v.parent) {
		return w.at.Open(v.name)
	}
	w.pathBuf = w.path(w.pathBuf[:0], v)
	if len(w.pathBuf) == 1 { // the root directory is its slash
		w.pathBuf = append(w.pathBuf, 0)
	}
	at, err := splitPath(w.pathBuf)
	defer at.close()
	if err != nil {
		return -1, err
	}
	return openDir(at.path)
}

// to goes up to the directory of v; false: nothing is open from where that can be done.
func (w *walker) to(v *visit) bool {
	for w.at != nil && w.in != v {
		if w.at.Depth() == 0 || w.at.Up() != nil { // the cursor began below, or the directory was moved meanwhile
			w.leave()
			break
		}
		w.in = w.in.parent
	}
	return w.at != nil
}

// enter goes on from v, which is open at fd, and closes fd some time.
func (w *walker) enter(v *visit, fd int) {
	if w.at == nil {
		w.at = descent.At(fd)
	} else {
		w.at.Enter(v.name, fd)
	}
	w.in = v
}

// leave closes what is open.
func (w *walker) leave() {
	if w.at != nil {
		w.at.Close()
	}
	w.at, w.in = nil, nil
}

// path appends the absolute path of v, with a slash at the end.
func (w *walker) path(buf []byte, v *visit) []byte {
	if v.parent == nil {
		return append(buf, w.begin...)
	}
	return append(append(w.path(buf, v.parent), v.name...), '/')
}

// list reads the directory that is open at fd.
func (w *walker) list(f *finding, fd int) {
	if w.listBuf == nil {
		w.listBuf = make([]byte, 32<<10)
	}
	w.nameBuf, w.ends = w.nameBuf[:0], w.ends[:0]
	dirs := 0
	f.listErr = list(fd, w.listBuf, func(name []byte, typ uint8) {
		isDir := typ == unix.DT_DIR && !w.flat
		if !isDir && !w.names {
			return
		}
		if isDir {
			dirs++
		}
		w.nameBuf = append(w.nameBuf, name...)
		w.ends = append(w.ends, end{len(w.nameBuf), typ})
	})
	names := string(w.nameBuf)
	if dirs > 0 {
		f.dirs = make([]visit, 0, dirs)
	}
	if n := len(w.ends) - dirs; n > 0 {
		f.others = make([]dirEntry, 0, n)
	}
	rel, start := "", 0
	if dirs > 0 && w.excluded != nil {
		w.pathBuf = w.path(w.pathBuf[:0], f.visit)
		rel = string(w.pathBuf[w.root:])
	}
	for _, e := range w.ends {
		name := names[start:e.at]
		start = e.at
		switch {
		case e.typ != unix.DT_DIR || w.flat:
			f.others = append(f.others, dirEntry{name, e.typ})
		case w.excluded == nil || !w.excluded(rel+name+"/"):
			f.dirs = append(f.dirs, visit{parent: f.visit, name: name})
		}
	}
}

// leaf reports whether the directory open at fd has no directories in it. Some file
// systems count them in the link count, which spares listing most directories of a tree.
func (w *walker) leaf(fd int) bool {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Nlink != 2 {
		return false
	}
	counts, ok := w.counts[st.Dev]
	if !ok {
		var fs unix.Statfs_t
		if unix.Fstatfs(fd, &fs) == nil {
			switch fs.Type {
			case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.TMPFS_MAGIC:
				counts = true
			}
		}
		if w.counts == nil {
			w.counts = map[uint64]bool{}
		}
		w.counts[st.Dev] = counts
	}
	return counts
}
