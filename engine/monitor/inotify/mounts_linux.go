package inotify

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// errCovered: inotify goes on watching what is below a mount point, and says nothing of the mount.
var errCovered = errors.New("another file system was mounted over it")

// mounts tells of changes of the table of mounted file systems.
type mounts struct {
	file  *os.File
	ended chan struct{}
}

const mountTable = "/proc/self/mountinfo"

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
			return false // the kernel wakes whoever waits for the table when it changes
		})
	}()
	return m
}

func (m *mounts) open() syscall.RawConn {
	fd, err := unix.Open(mountTable, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	m.file = os.NewFile(uintptr(fd), mountTable)
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

// mountPoints returns where file systems are mounted, without a slash at the end.
func mountPoints() (list []string) {
	table, err := os.ReadFile(mountTable)
	if err != nil {
		return nil
	}
	lines := bufio.NewScanner(bytes.NewReader(table))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 4 {
			list = append(list, unescape(fields[4]))
		}
	}
	return list
}

// unescape puts back what the table writes as an octal number: blanks, newlines and backslashes.
func unescape(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, `\`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		text = rest
		if n, err := strconv.ParseUint(rest[:min(3, len(rest))], 8, 8); err == nil && len(rest) >= 3 {
			b.WriteByte(byte(n))
			text = rest[3:]
		} else {
			b.WriteByte('\\')
		}
	}
}

// remounted looks whether the directories are still those that are watched.
func (w *watcher) remounted() {
	before := w.points
	w.points = mountPoints()
	for _, t := range w.trees {
		switch {
		case t.top == nil:
		case t.top.wd >= 0 && !t.current(t.top) && t.loss.mount != "" && !mountPoint(t.loss.mount):
			t.lose(errUnmounted)
		case t.top.wd >= 0 && !t.current(t.top):
			t.lose(errCovered)
		case !t.Flat:
			for _, point := range before {
				if e, ok := t.at(point); ok && !slices.Contains(w.points, point) {
					t.doubt(e)
					// The kernel says so only if it was not mounted elsewhere, too.
					if kid := e.dir.child(e.name); kid != nil {
						kid.flags |= unmounted
					}
				}
			}
			for _, point := range w.points {
				if e, ok := t.at(point); ok {
					t.doubt(e)
				}
			}
		}
	}
}

// at returns the entry with this absolute path, if its directory is in the tree.
func (t *tree) at(path string) (entry, bool) {
	rel, ok := strings.CutPrefix(path, t.Path)
	if !ok {
		return entry{}, false
	}
	slash := strings.LastIndexByte(rel, '/') + 1
	n := t.top.find(rel[:slash])
	return entry{n, rel[slash:]}, n != nil
}
