package inotify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// rawSession is a monitor and what it has told of raw roots and others.
type rawSession struct {
	*testing.T
	m      monitor.Monitor
	dir    string
	others []string // events that are not raw, since the last take
}

// newRawSession opens a monitor for an empty directory dir.
func newRawSession(t *testing.T) *rawSession {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	s := &rawSession{T: t, m: open(t), dir: dir}
	t.Cleanup(func() { check(t, s.m.Close()) })
	return s
}

// watch watches the path below dir as root id, for kinds such as "IN_CREATE IN_OPEN"; "" for all.
func (s *rawSession) watch(id event.RootID, path, kinds string, raw event.RawRoot) {
	s.Helper()
	raw.Kinds = event.AllRaw
	if kinds != "" {
		raw.Kinds = 0
	}
	for _, name := range strings.Fields(kinds) {
		k, ok := event.RawKind(name)
		if !ok {
			s.Fatalf("no kind is called %s", name)
		}
		raw.Kinds |= k
	}
	check(s.T, s.m.Watch(s.Context(), monitor.Root{ID: id, Path: filepath.Join(s.dir, path) + "/", Raw: &raw}))
}

// take returns what has been told of root id of all that has happened since the last call: KIND PATH [< SOURCE], where directories end in
// a slash and what is watched itself in a dot.
func (s *rawSession) take(id event.RootID) (list []string) {
	s.Helper()
	s.others = nil
	for mark := s.m.Mark(); ; {
		select {
		case batch := <-s.m.Events():
			for _, e := range batch {
				switch {
				case e.Root != id:
				case e.Raw == nil:
					s.others = append(s.others, strings.TrimSpace(fmt.Sprint(e.Kind, " ", s.rel(e.Path))))
				default:
					list = append(list, s.text(e.Raw))
				}
			}
		case <-mark:
			return list
		}
	}
}

func (s *rawSession) rel(path string) string {
	if path == s.dir {
		return ""
	}
	return strings.TrimPrefix(path, s.dir+"/")
}

func (s *rawSession) text(r *event.Raw) string {
	text := r.Mask.String() + " " + s.rel(r.Pathname())
	if r.IsDir {
		text += "/"
	}
	if r.Name == "" {
		text += "."
	}
	if r.Source != "" {
		text += " < " + s.rel(r.Source)
	}
	if (r.Mask&event.InIsDir != 0 && !r.IsDir) || (r.Cookie != 0) != (r.Mask&(event.InMovedFrom|event.InMovedTo) != 0) {
		s.Errorf("%s: %+v", text, *r)
	}
	return text
}

// tells compares what has been told of root id with lines.
func (s *rawSession) tells(id event.RootID, want ...string) {
	s.Helper()
	if got := s.take(id); !slices.Equal(got, want) {
		s.Errorf("root %d: got\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// eventually collects what is told of root id until it has these lines, in this order, among others.
func (s *rawSession) eventually(id event.RootID, want ...string) (all []string) {
	s.Helper()
	for end := time.Now().Add(5 * time.Second); ; {
		all = append(all, s.take(id)...)
		rest := want
		for _, line := range all {
			if len(rest) > 0 && rest[0] == line {
				rest = rest[1:]
			}
		}
		switch {
		case len(rest) == 0:
			return all
		case time.Now().After(end):
			s.Fatalf("waited in vain for %s among\n%s", rest[0], strings.Join(all, "\n"))
		}
	}
}

func (s *rawSession) path(p string) string { return filepath.Join(s.dir, p) }

// masks are what the kernel is asked for, by inode.
func (s *rawSession) masks() map[uint64]uint32 {
	s.Helper()
	masks := map[uint64]uint32{}
	for _, i := range s.m.(*instances).list {
		b, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", i.reader.FD()))
		check(s.T, err)
		for line := range strings.Lines(string(b)) {
			var wd int32
			var inode uint64
			var device, mask uint32
			if n, _ := fmt.Sscanf(line, "inotify wd:%x ino:%x sdev:%x mask:%x", &wd, &inode, &device, &mask); n == 4 {
				masks[inode] |= mask & unix.IN_ALL_EVENTS
			}
		}
	}
	return masks
}

func (s *rawSession) inode(path string) uint64 {
	s.Helper()
	var st unix.Stat_t
	check(s.T, unix.Stat(s.path(path), &st))
	return st.Ino
}

// Tasks §1 "Events": all kinds but those of an unmount and an overflow, each caused, told in the order of the kernel; those of a watched directory
// by its parent and by itself.
func TestRawKinds(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	s.watch(1, "w", "", event.RawRoot{Subdirs: true})
	s.tells(1) // not of the engine's own looking

	f, err := os.Create(s.path("w/f"))
	check(t, err)
	_, err = f.WriteString("x")
	check(t, err)
	check(t, f.Close())
	s.tells(1, "IN_CREATE w/f", "IN_OPEN w/f", "IN_MODIFY w/f", "IN_CLOSE_WRITE w/f")

	_, err = os.ReadFile(s.path("w/f"))
	check(t, err)
	s.tells(1, "IN_OPEN w/f", "IN_ACCESS w/f", "IN_CLOSE_NOWRITE w/f")

	check(t, os.Chmod(s.path("w/d"), 0o700))
	s.tells(1, "IN_ATTRIB w/d/", "IN_ATTRIB w/d/.")

	check(t, os.Rename(s.path("w/f"), s.path("w/d/g")))
	s.tells(1, "IN_MOVED_FROM w/f", "IN_MOVED_TO w/d/g < w/f")
	check(t, os.Rename(s.path("w/d/g"), s.path("out")))
	s.eventually(1, "IN_MOVED_FROM w/d/g")
	check(t, os.Rename(s.path("out"), s.path("w/in")))
	s.tells(1, "IN_MOVED_TO w/in")
	check(t, os.Remove(s.path("w/in")))
	s.tells(1, "IN_DELETE w/in")

	check(t, os.Rename(s.path("w/d"), s.path("w/e")))
	s.tells(1, "IN_MOVED_FROM w/d/", "IN_MOVED_TO w/e/ < w/d", "IN_MOVE_SELF w/e/.")
	check(t, os.Remove(s.path("w/e")))
	list := s.take(1)
	slices.Sort(list)
	if got := strings.Join(list, ", "); got != "IN_DELETE w/e/, IN_DELETE_SELF w/e/., IN_IGNORED w/e/." {
		t.Errorf("a watched directory was removed: %s", got)
	}

	check(t, os.Remove(s.path("w")))
	s.tells(1, "IN_DELETE_SELF w/.", "IN_IGNORED w/.")
	if got := strings.Join(s.others, ", "); got != "RootLost" {
		t.Errorf("the root is gone: %s", got)
	}
}

// Tasks §1 "Events": IN_Q_OVERFLOW is an Overflow, of which the receiver makes one without paths. Directories that came meanwhile are followed.
func TestRawOverflow(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/old/gone"), 0o755))
	write(t, s.path("w/f"))
	write(t, s.path("w/g"))
	s.watch(1, "w", "IN_CREATE IN_ATTRIB", event.RawRoot{Subdirs: true, Follow: true})
	read := firstInstance(s.m).reader.Hold()
	var limit int
	_, err := fmt.Sscan(kernel.Sysctl("max_queued_events"), &limit)
	check(t, err)
	for i := range limit + 100 { // the same twice in a row would be one event
		check(t, os.Chmod(s.path([]string{"w/f", "w/g"}[i%2]), 0o600))
	}
	check(t, os.RemoveAll(s.path("w/old/gone")))
	check(t, os.MkdirAll(s.path("w/new/deep"), 0o755))
	read()
	all := s.eventually(1, "IN_CREATE w/new/", "IN_CREATE w/new/deep/")
	if slices.Contains(all, "IN_CREATE w/old/") {
		t.Error("what was there before is told as new")
	}
	write(t, s.path("w/new/deep/f"))
	write(t, s.path("w/old/f"))
	s.eventually(1, "IN_CREATE w/new/deep/f", "IN_CREATE w/old/f")
	if n := s.m.Stats().Watched; n != 4 {
		t.Errorf("%d directories are watched, want w, old, new and deep", n)
	}
}

// Tasks §1 Watches and events.
func TestRawOverflowIsTold(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	s.watch(1, "w", "IN_ATTRIB", event.RawRoot{Subdirs: true})
	within(t, s.m, func(w *watcher) { w.handle(kernel.Event{Record: kernel.Record{WD: -1, Mask: unix.IN_Q_OVERFLOW}}) })
	s.tells(1)
	if got := strings.Join(s.others, ", "); got != "Overflow" {
		t.Errorf("got %s", got)
	}
	check(t, os.Chmod(s.path("w/d"), 0o700))
	s.tells(1, "IN_ATTRIB w/d/", "IN_ATTRIB w/d/.")
}

// Tasks §1 "Events": IN_UNMOUNT, with IN_IGNORED, of each directory that was watched there; the directory below is watched again.
func TestRawUnmount(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := newRawSession(t)
	mount := func(dir string) {
		check(t, os.MkdirAll(s.path(dir), 0o755))
		check(t, unix.Mount("none", s.path(dir), "tmpfs", 0, ""))
	}
	unmount := func(dir string) {
		err := error(unix.EBUSY) // while the monitor looks at it
		for errors.Is(err, unix.EBUSY) {
			err = unix.Unmount(s.path(dir), 0)
		}
		check(t, err)
	}
	mount("w")
	mount("w/m")
	check(t, os.MkdirAll(s.path("w/m/d"), 0o755))
	s.watch(1, "w", "IN_UNMOUNT IN_IGNORED IN_CREATE", event.RawRoot{Subdirs: true, Follow: true})
	unmount("w/m")
	got := s.eventually(1, "IN_UNMOUNT w/m/.", "IN_IGNORED w/m/.")
	if !slices.Contains(got, "IN_UNMOUNT w/m/d/.") {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
	for i := 0; ; i++ { // until the directory below it is watched
		name := fmt.Sprint("w/m/f", i)
		write(t, s.path(name))
		if slices.Contains(s.take(1), "IN_CREATE "+name) {
			break
		}
	}
	s.watch(2, "w", "IN_CREATE", event.RawRoot{})
	check(t, unix.Mount("none", s.path("w"), "tmpfs", 0, "")) // over the root, which lives on below it
	for lost := false; !lost; {
		within(t, s.m, (*watcher).remounted)
		s.take(2)
		lost = slices.Contains(s.others, "RootLost")
	}
	unmount("w")
	s.watch(3, "w", "IN_UNMOUNT IN_IGNORED", event.RawRoot{})
	s.m.Unwatch(1)
	unmount("w")
	s.eventually(3, "IN_UNMOUNT w/.", "IN_IGNORED w/.")
	if got := strings.Join(s.others, ", "); !strings.Contains(got, "RootLost") {
		t.Errorf("the root is gone: %s", got)
	}
}

// Tasks §1 "Events": only what is mapped is told, and only that and what the engine needs is asked of the kernel, which is taken back with the watch.
func TestRawAsksForLittle(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	s.watch(1, "w", "IN_OPEN", event.RawRoot{Subdirs: true})
	const follows = unix.IN_MOVED_FROM | unix.IN_MOVED_TO
	check1 := func(what string, dir string, want uint32) {
		t.Helper()
		within(t, s.m, func(w *watcher) { w.caughtUp(true) })
		if got := s.masks()[s.inode(dir)]; got != want {
			t.Errorf("%s: %x is asked for in %s, want %x", what, got, dir, want)
		}
	}
	check1("directories are followed", "w", unix.IN_OPEN|follows)
	s.watch(2, "w/d", "IN_MOVED_TO IN_IGNORED", event.RawRoot{})
	check1("the origin is told", "w/d", unix.IN_OPEN|follows)
	s.watch(3, "w/d", "IN_ACCESS", event.RawRoot{})
	check1("two watches", "w/d", unix.IN_OPEN|unix.IN_ACCESS|follows)
	check(t, s.m.Watch(t.Context(), monitor.Root{ID: 4, Path: s.path("w/d") + "/"}))
	sync := mask(event.CloseWrite)&unix.IN_ALL_EVENTS | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF
	check1("a sync as well", "w/d", unix.IN_OPEN|unix.IN_ACCESS|sync)
	if n := len(s.masks()); n != s.m.Stats().Watched+len(strings.Split(s.path("w"), "/"))-2 {
		t.Errorf("%d watches, want those of %d directories and of what is above", n, s.m.Stats().Watched)
	}
	s.m.Unwatch(3)
	check1("a watch less", "w/d", unix.IN_OPEN|sync)
	s.m.Unwatch(1)
	check1("two watches less", "w/d", sync|follows)
	check1("only above a sync", "w", unix.IN_MOVE_SELF)
	s.m.Unwatch(4)
	check1("a sync less", "w/d", follows)
	s.m.Unwatch(2)
	within(t, s.m, func(w *watcher) { w.caughtUp(true) })
	if n := len(s.masks()); n != 0 || s.m.Stats().Watched != 0 {
		t.Errorf("%d watches are left, %+v", n, s.m.Stats())
	}
}

// Tasks §1 "Events": a sync does not receive what only a raw watch asked for, nor does a raw watch what the sync asked for.
func TestRawBesideSync(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	write(t, s.path("w/d/f"))
	s.watch(1, "w", "IN_OPEN IN_MODIFY", event.RawRoot{Subdirs: true})
	check(t, s.m.Watch(t.Context(), monitor.Root{ID: 2, Path: s.path("w") + "/"}))
	s.take(1)
	check(t, os.WriteFile(s.path("w/d/f"), []byte("x"), 0o644))
	check(t, os.Chmod(s.path("w/d/f"), 0o600))
	s.take(2)
	if got := strings.Join(s.others, ", "); got != "Modify d/f, Attrib d/f" {
		t.Errorf("the sync: %s", got)
	}
	f, err := os.OpenFile(s.path("w/d/f"), os.O_WRONLY, 0)
	check(t, err)
	_, err = f.WriteString("x")
	check(t, err)
	check(t, f.Close())
	s.tells(1, "IN_OPEN w/d/f", "IN_MODIFY w/d/f")
}

// Tasks §1 "Events": auto_add at any depth and speed: whatever is made below the root, every directory is watched in the end, and what was found is
// told once.
func TestRawFollowsAtOnce(t *testing.T) {
	s := newRawSession(t)
	check(t, os.Mkdir(s.path("w"), 0o755))
	s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE", event.RawRoot{Subdirs: true, Follow: true})
	read := firstInstance(s.m).reader.Hold()
	check(t, os.MkdirAll(s.path("w/a/b/c"), 0o755))
	write(t, s.path("w/a/b/c/f"))
	open, err := os.Create(s.path("w/a/b/open"))
	check(t, err)
	read()
	s.eventually(1, "IN_CREATE w/a/", "IN_CREATE w/a/b/", "IN_CREATE w/a/b/c/", "IN_CREATE w/a/b/c/f", "IN_CLOSE_WRITE w/a/b/c/f")
	check(t, open.Close())
	s.tells(1, "IN_CLOSE_WRITE w/a/b/open")

	deep := "w" + strings.Repeat("/"+strings.Repeat("x", 200), 50) // longer than a path may be
	check(t, mkdirDeep(s.path(deep)))
	s.eventually(1, "IN_CREATE "+deep+"/")
}

// A storm: directories are made with files in them, renamed, and made again, while the events are read. Each file is told exactly once or, where it
// was renamed with its directory before it was seen, at least under one of its paths; afterwards every directory is watched under its path.
// Tasks §1 Watches and events.
func TestRawStorm(t *testing.T) {
	s := newRawSession(t)
	check(t, os.Mkdir(s.path("w"), 0o755))
	s.watch(1, "w", "IN_CREATE", event.RawRoot{Subdirs: true, Follow: true})
	const rounds = 60
	done := make(chan error, 1)
	go func() {
		for i := range rounds {
			for _, step := range []func() error{
				func() error { return os.MkdirAll(s.path(fmt.Sprintf("w/a/b%d", i)), 0o755) },
				func() error { return os.Rename(s.path("w/a"), s.path(fmt.Sprint("w/c", i))) },
				func() error { return os.MkdirAll(s.path(fmt.Sprintf("w/a/b%d/d", i)), 0o755) },
				func() error { return os.WriteFile(s.path(fmt.Sprintf("w/a/b%d/d/f%d", i, i)), nil, 0o644) },
				func() error { return os.Rename(s.path(fmt.Sprintf("w/a/b%d", i)), s.path(fmt.Sprintf("w/c%d/e", i))) },
			} {
				if err := step(); err != nil {
					done <- err
					return
				}
			}
		}
		done <- nil
	}()
	var all []string
	for running := true; running; {
		select {
		case err := <-done:
			check(t, err)
			running = false
		default:
			all = append(all, s.take(1)...)
		}
	}
	// Each directory tells of a new file by its path, once it was looked whether it is what it was taken for.
	for i := range rounds {
		for n, told := 0, false; !told; n++ {
			name := fmt.Sprintf("w/c%d/e/d/g%d", i, n)
			check(t, os.WriteFile(s.path(name), nil, 0o644))
			list := s.take(1)
			told = slices.Contains(list, "IN_CREATE "+name)
			all = append(all, list...)
		}
	}
	text := strings.Join(all, "\n") + "\n"
	for i := range rounds {
		if n := strings.Count(text, fmt.Sprintf("/f%d\n", i)); n == 0 {
			t.Errorf("f%d was never told", i)
		}
	}
}

// mkdirDeep makes a directory whose path may be longer than the kernel takes.
func mkdirDeep(path string) error {
	at, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if err := unix.Mkdirat(at, name, 0o755); err != nil && err != unix.EEXIST {
			return err
		}
		next, err := unix.Openat(at, name, unix.O_PATH|unix.O_DIRECTORY, 0)
		unix.Close(at)
		if err != nil {
			return err
		}
		at = next
	}
	return unix.Close(at)
}

// Tasks §1 "Events": without rec only new directories are watched, with auto_add; what is moved in is told with all that is in it.
func TestRawFollowsWithoutSubdirs(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/old"), 0o755))
	check(t, os.MkdirAll(s.path("from/sub"), 0o755))
	write(t, s.path("from/sub/f"))
	s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE IN_MOVED_TO", event.RawRoot{Follow: true})
	write(t, s.path("w/old/f"))
	s.tells(1)
	check(t, os.Rename(s.path("from"), s.path("w/in")))
	s.eventually(1, "IN_MOVED_TO w/in/", "IN_CREATE w/in/sub/", "IN_CREATE w/in/sub/f", "IN_CLOSE_WRITE w/in/sub/f")
	check(t, os.Rename(s.path("w/old"), s.path("w/renamed"))) // from now on it is watched
	s.eventually(1, "IN_MOVED_TO w/renamed/ < w/old", "IN_CREATE w/renamed/f", "IN_CLOSE_WRITE w/renamed/f")
	write(t, s.path("w/renamed/g"))
	s.eventually(1, "IN_CREATE w/renamed/g", "IN_CLOSE_WRITE w/renamed/g")
}

// Tasks §1 "Events": without auto_add nothing new is watched, but paths stay right.
func TestRawSubdirsWithoutFollow(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/a/b"), 0o755))
	s.watch(1, "w", "IN_CREATE", event.RawRoot{Subdirs: true})
	check(t, os.Mkdir(s.path("w/new"), 0o755))
	write(t, s.path("w/new/f"))
	s.tells(1, "IN_CREATE w/new/")
	check(t, os.Rename(s.path("w/a"), s.path("w/c")))
	write(t, s.path("w/c/b/f"))
	s.tells(1, "IN_CREATE w/c/b/f")
}

// Tasks §1 "Events": after IN_MOVE_SELF to an unwatched place the path is the old one; back again, it is the new one, told once.
func TestRawPathAfterMove(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/a/b"), 0o755))
	s.watch(1, "w", "IN_MOVE_SELF IN_CREATE", event.RawRoot{Subdirs: true, Follow: true})
	check(t, os.Rename(s.path("w/a"), s.path("out")))
	write(t, s.path("out/b/f"))
	s.eventually(1, "IN_MOVE_SELF w/a/.", "IN_CREATE w/a/b/f")
	check(t, os.Rename(s.path("out"), s.path("w/c")))
	s.eventually(1, "IN_CREATE w/c/b/", "IN_CREATE w/c/b/f")
	write(t, s.path("w/c/b/g"))
	if all := s.eventually(1, "IN_CREATE w/c/b/g"); slices.Contains(all, "IN_CREATE w/a/b/g") {
		t.Errorf("told twice: %s", strings.Join(all, ", "))
	}
	check(t, os.Rename(s.path("w"), s.path("v"))) // the root itself
	s.eventually(1, "IN_MOVE_SELF w/.")
	write(t, s.path("v/f"))
	s.tells(1, "IN_CREATE w/f")
}

// Two names are swapped: both are told as they were renamed, and both directories go on under their new paths. Tasks §1 Watches and events.
func TestRawExchange(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/a"), 0o755))
	check(t, os.MkdirAll(s.path("w/b"), 0o755))
	write(t, s.path("w/f"))
	s.watch(1, "w", "IN_MOVED_FROM IN_MOVED_TO IN_MOVE_SELF IN_CREATE", event.RawRoot{Subdirs: true, Follow: true})
	swap := func(a, b string) {
		check(t, unix.Renameat2(unix.AT_FDCWD, s.path(a), unix.AT_FDCWD, s.path(b), unix.RENAME_EXCHANGE))
	}
	swap("w/a", "w/b")
	list := s.take(1)
	for _, want := range []string{"IN_MOVED_FROM w/a/", "IN_MOVED_TO w/b/ < w/a", "IN_MOVED_FROM w/b/", "IN_MOVED_TO w/a/ < w/b"} {
		if !slices.Contains(list, want) {
			t.Errorf("%s is missing in %s", want, strings.Join(list, ", "))
		}
	}
	write(t, s.path("w/a/1"))
	write(t, s.path("w/b/2"))
	s.tells(1, "IN_CREATE w/a/1", "IN_CREATE w/b/2")
	swap("w/a", "w/f") // a directory and a file
	s.eventually(1, "IN_MOVED_TO w/f/ < w/a")
	write(t, s.path("w/f/3"))
	s.eventually(1, "IN_CREATE w/f/3")
	check(t, os.Rename(s.path("w/b"), s.path("w/c"))) // away and back
	check(t, os.Rename(s.path("w/c"), s.path("w/b")))
	write(t, s.path("w/b/4"))
	s.eventually(1, "IN_CREATE w/b/4")
}

// Tasks §1 "Events": what is excluded is neither told nor watched, also by a rename; a directory that is excluded no more by one is new.
func TestRawExcluded(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/skip/in"), 0o755))
	check(t, os.MkdirAll(s.path("w/keep"), 0o755))
	s.watch(1, "w", "IN_CREATE IN_MOVED_FROM IN_MOVED_TO", event.RawRoot{Subdirs: true, Follow: true, Excluded: func(path string) bool {
		return strings.Contains(path, "skip") || strings.HasSuffix(path, ".swp")
	}})
	write(t, s.path("w/skip/f"))
	write(t, s.path("w/keep/f.swp"))
	write(t, s.path("w/keep/f"))
	s.tells(1, "IN_CREATE w/keep/f")
	check(t, os.Rename(s.path("w/keep"), s.path("w/skip2")))
	write(t, s.path("w/skip2/g"))
	s.tells(1, "IN_MOVED_FROM w/keep/")
	check(t, os.Rename(s.path("w/skip"), s.path("w/was")))
	s.eventually(1, "IN_MOVED_TO w/was/ < w/skip", "IN_CREATE w/was/in/")
	within(t, s.m, func(w *watcher) { w.caughtUp(true) })
	if n := s.m.Stats().Watched; n != 3 {
		t.Errorf("%d directories are watched, want w, was and in", n)
	}
}

// A single file can be watched, over a link as well; its events have no name. When it is replaced, the root is lost.
func TestRawFile(t *testing.T) {
	s := newRawSession(t)
	write(t, s.path("f"))
	s.watch(1, "f", "", event.RawRoot{Subdirs: true, Follow: true})
	check(t, os.Chmod(s.path("f"), 0o600))
	s.tells(1, "IN_ATTRIB f.")
	write(t, s.path("g"))
	check(t, os.Rename(s.path("g"), s.path("f")))
	s.tells(1, "IN_ATTRIB f.", "IN_DELETE_SELF f.", "IN_IGNORED f.")
	if got := strings.Join(s.others, ", "); got != "RootLost" {
		t.Errorf("got %s", got)
	}
	check(t, os.Symlink("w", s.path("link")))
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	check(t, s.m.Watch(t.Context(), monitor.Root{ID: 2, Path: s.path("w") + "/", Name: s.path("link") + "/", Raw: &event.RawRoot{Kinds: event.InCreate, Subdirs: true}}))
	write(t, s.path("w/d/f"))
	s.tells(2, "IN_CREATE link/d/f")
}

// There are not enough watches: that is said once, with the remedy, and what is free again is used.
func TestRawWatchLimit(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := newRawSession(t)
	for i := range 30 {
		check(t, os.MkdirAll(s.path(fmt.Sprint("w/", i)), 0o755))
	}
	limit := func(n int) { check(t, os.WriteFile("/proc/sys/user/max_inotify_watches", fmt.Append(nil, n), 0)) }
	limit(10)
	s.watch(1, "w", "IN_CREATE", event.RawRoot{Subdirs: true, Follow: true})
	s.tells(1)
	if len(s.others) != 1 || !strings.HasPrefix(s.others[0], "Unwatched ") {
		t.Errorf("got %s", strings.Join(s.others, ", "))
	}
	limit(1000)
	for i := range 30 {
		for n, told := 0, false; !told; n++ {
			name := fmt.Sprintf("w/%d/f%d", i, n)
			write(t, s.path(name))
			told = slices.Contains(s.take(1), "IN_CREATE "+name)
		}
	}
}

// What a walk finds is told once, although the kernel tells of it as well, and once more if it is made again. Tasks §1 Watches and events.
func TestRawToldOnce(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE IN_DELETE", event.RawRoot{Subdirs: true, Follow: true})
	within(t, s.m, func(w *watcher) { // who handles nothing meanwhile
		write(t, s.path("w/d/f"))
		check(t, os.MkdirAll(s.path("w/d/x"), 0o755))
		write(t, s.path("w/d/x/g"))
		tree := w.raws.list[0]
		check(t, tree.walk(t.Context(), tree.top.find("d/"), found))
		check(t, os.Remove(s.path("w/d/f")))
		write(t, s.path("w/d/f"))
	})
	list := s.take(1)
	count := func(line string) (n int) {
		for _, l := range list {
			if l == line {
				n++
			}
		}
		return n
	}
	for line, want := range map[string]int{
		"IN_CREATE w/d/f": 2, "IN_CLOSE_WRITE w/d/f": 2, "IN_DELETE w/d/f": 1,
		"IN_CREATE w/d/x/": 1, "IN_CREATE w/d/x/g": 1, "IN_CLOSE_WRITE w/d/x/g": 1,
	} {
		if n := count(line); n != want {
			t.Errorf("%s was told %d times, want %d:\n%s", line, n, want, strings.Join(list, "\n"))
		}
	}
}
