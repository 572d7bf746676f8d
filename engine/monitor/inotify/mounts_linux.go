package inotify

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/mount"
	"lsyncgo/engine/root"
)

// errCovered: inotify goes on watching what is below a mount point, and says nothing of the mount.
var errCovered = errors.New("another file system was mounted over it")

// mounts tells of changes of the table of mounted file systems.
type mounts struct {
	file  *os.File
	ended chan struct{}
}

// watchMounts calls changed after each change, from a goroutine of its own, until close. Where there is no
// such table, nothing is told.
func watchMounts(changed func()) *mounts {
	m := &mounts{ended: make(chan struct{})}
	conn := m.open()
	if conn == nil {
		close(m.ended)
		return m
	}
	go func() {
		defer close(m.ended)
		first := true
		_ = conn.Read(func(uintptr) bool { // the only error is that the file was closed
			if !first {
				changed()
			}
			first = false
			return false // the kernel wakes those who wait for the table when it changes
		})
	}()
	return m
}

func (m *mounts) open() syscall.RawConn {
	fd, err := unix.Open(mount.File, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	m.file = os.NewFile(uintptr(fd), mount.File)
	conn, err := m.file.SyscallConn()
	if err != nil {
		return nil
	}
	return conn
}

func (m *mounts) close() {
	if m.file != nil {
		_ = m.file.Close() // it was only read
	}
	<-m.ended
}

// remounted looks whether the directories are still those that are watched, and what is mounted below the roots.
func (w *watcher) remounted() {
	table := w.table()
	for _, t := range w.raws.list {
		t.remounted(table)
	}
	for _, t := range w.trees {
		switch {
		case t.top == nil: // seek looks when it is back
		case t.top.wd >= 0 && !t.current(t.top) && t.loss.mount != "" && !root.IsMount(t.loss.mount):
			t.lose(errUnmounted)
		case t.top.wd >= 0 && !t.current(t.top):
			t.lose(errCovered)
		default:
			t.remounted(table)
			for path := range t.points {
				if e, ok := t.at(path); ok {
					t.unverify(e)
				}
			}
		}
		if len(t.links) > 0 { // something may cover one of them
			t.recheckLinks()
		}
	}
}

// table reads what is mounted. Without the kernel's table nothing is known.
func (w *watcher) table() []mount.Point {
	w.mountsUnread = false
	table, err := mount.Table()
	if err != nil {
		return nil
	}
	return table
}

// remounted reports what was mounted or unmounted below the root since the last look.
func (t *tree) remounted(table []mount.Point) {
	if table == nil {
		return
	}
	before, now := t.points, mount.Below(table, t.Path)
	t.points = now
	for path, m := range before {
		other, there := now[path]
		switch {
		case other == m:
			continue
		case there: // nobody looked while there was nothing
			t.unmounted(path)
			continue
		}
		// If a directory above it was renamed, events tell of that. One that is elsewhere although its mount
		// point is where it was has been moved from there.
		if where := t.whereIs(m, table); where == nowhere || where == outside && isDir(t.Path+path) {
			t.unmounted(path)
		}
	}
	for path, m := range now {
		if before[path] != m {
			t.mounted(path)
			if e, ok := t.at(path); ok {
				t.unverify(e)
			}
		}
	}
}

// whereabout says where a mount is by now.
type whereabout uint8

const (
	nowhere whereabout = iota
	outside            // not below the root
	inside
)

// whereIs looks for a mount that is not where it was. Its number does not find it: on a busy machine another mount
// has that as soon as it is free.
func (t *tree) whereIs(m mount.Mount, table []mount.Point) whereabout {
	for _, other := range t.points {
		if m.Same(other) {
			return inside
		}
	}
	for _, p := range table {
		if p.ID == m.ID && !strings.HasPrefix(p.Path, t.Path) && m.Same(p.Seen()) {
			return outside
		}
	}
	return nowhere
}

func isDir(path string) bool {
	var st unix.Stat_t
	return lstat(cstring(path), &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// unmounted reports that what was mounted at a directory is not there any more, and has the directory looked at.
func (t *tree) unmounted(path string) {
	if t.Excluded == nil || !t.Excluded(path) {
		t.emit(event.Unmounted, path)
	}
	if e, ok := t.at(path); ok {
		t.unverify(e)
		// The kernel says so only if it was not mounted elsewhere, too.
		if kid := e.dir.child(e.name); kid != nil {
			kid.flags |= unmounted
		}
	}
}

func (t *tree) mounted(path string) {
	if t.Excluded != nil && t.Excluded(path) {
		return
	}
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.Mounted, Path: path, Empty: t.emptyMount(path), Time: t.w.now})
}

// emptyMount reports whether a mounted directory has nothing in it but what a new file system has, and is not known
// to be the one that was mounted there before: then somebody has emptied it.
func (t *tree) emptyMount(path string) bool {
	fd, err := openDir(cstring(t.Path + path))
	if err != nil {
		return false // what it has nobody can say, so whatever is missing there is not for lack of a mount
	}
	defer unix.Close(fd)
	empty := true
	err = list(fd, t.w.listBuf, func(name []byte, _ uint8) { empty = empty && string(name) == "lost+found" })
	empty = empty && err == nil
	id, err := root.OfDescriptor(fd)
	if err != nil {
		return empty
	}
	if empty {
		before, known := t.mountedLast[path]
		return !known || before.Compare(id) != root.Same
	}
	if t.mountedLast == nil {
		t.mountedLast = map[string]root.Identity{}
	}
	t.mountedLast[path] = id
	return false
}

// compareMounts compares the mounts with those that the receiver knows, for a root whose watches have just been placed.
func (t *tree) compareMounts() {
	table := t.w.table()
	t.remounted(table)
	for _, path := range t.Mounts {
		if _, ok := t.points[path]; !ok && table != nil {
			t.unmounted(path)
		}
	}
	t.Mounts = nil
}

// reportMounts reports all that is mounted below the root.
func (t *tree) reportMounts() {
	for _, path := range slices.Sorted(maps.Keys(t.points)) {
		t.mounted(path)
	}
}

// rereadMountsBelow is called before a directory is reported as deleted: what was mounted there or below it may have
// been unmounted, which the kernel's table tells first.
func (t *tree) rereadMountsBelow(path string) {
	for point := range t.points {
		if strings.HasPrefix(point, path) {
			t.remounted(t.w.table())
			return
		}
	}
}

// renameMounts changes the paths of the mount points below a directory that was renamed.
func (t *tree) renameMounts(path, dest string) {
	var moved map[string]mount.Mount
	for point, m := range t.points {
		if rest, ok := strings.CutPrefix(point, path); ok {
			delete(t.points, point)
			if moved == nil {
				moved = map[string]mount.Mount{}
			}
			moved[dest+rest] = m
		}
	}
	maps.Copy(t.points, moved)
	for point, id := range maps.Clone(t.mountedLast) {
		if rest, ok := strings.CutPrefix(point, path); ok {
			delete(t.mountedLast, point)
			t.mountedLast[dest+rest] = id
		}
	}
}

// at returns the entry with this path, a directory relative to the root, if the directory that holds it is in the tree.
func (t *tree) at(path string) (entry, bool) {
	if t.top == nil || t.Flat {
		return entry{}, false
	}
	path = strings.TrimSuffix(path, "/")
	slash := strings.LastIndexByte(path, '/') + 1
	n := t.top.find(path[:slash])
	return entry{n, path[slash:]}, n != nil
}
