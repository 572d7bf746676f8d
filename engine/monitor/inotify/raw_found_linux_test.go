package inotify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
)

// appendTo writes to a file, and closes it.
func appendTo(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	check(t, err)
	_, err = f.WriteString("more")
	check(t, err)
	check(t, f.Close())
}

// Tasks §1 "Events": of a file that is being written when a walk finds it there is one IN_CLOSE_WRITE, at its end, whatever happens between the
// look and the end of the walk.
func TestRawCompleteAtTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(t *testing.T, path string) // the look
		want          []string
	}{
		"closed before": {before: write, want: []string{"IN_CREATE w/d/f", "IN_CLOSE_WRITE w/d/f"}},
		"written again": {before: write, after: appendTo, want: []string{"IN_CREATE w/d/f", "IN_CLOSE_WRITE w/d/f"}},
		"renamed": {before: write, after: func(t *testing.T, path string) { check(t, os.Rename(path, path+"2")) },
			want: []string{"IN_CREATE w/d/f", "IN_CLOSE_WRITE w/d/f", "IN_MOVED_FROM w/d/f", "IN_MOVED_TO w/d/f2 < w/d/f"}},
		"away": {before: write, after: func(t *testing.T, path string) { check(t, os.Rename(path, filepath.Join(path, "../../../f"))) },
			want: []string{"IN_CREATE w/d/f", "IN_CLOSE_WRITE w/d/f", "IN_MOVED_FROM w/d/f"}},
		"replaced": {before: write, after: func(t *testing.T, path string) {
			write(t, filepath.Join(path, "../../../g"))
			check(t, os.Rename(filepath.Join(path, "../../../g"), path))
		}, want: []string{"IN_CREATE w/d/f", "IN_CLOSE_WRITE w/d/f", "IN_MOVED_TO w/d/f"}},
	} {
		s := newRawSession(t)
		check(t, os.Mkdir(s.path("w"), 0o755))
		s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE IN_MOVED_FROM IN_MOVED_TO", event.RawRoot{Subdirs: true, Follow: true})
		within(t, s.m, func(w *watcher) { // who handles nothing meanwhile
			tree := w.raws.list[0]
			check(t, os.Mkdir(s.path("w/d"), 0o755))
			c.before(t, s.path("w/d/f"))
			kid, mark := &node{wd: -1}, &rawMark{tree: tree}
			tree.top.link(kid, "d")
			_, err := tree.visit(mark, &visit{node: kid}, found)
			check(t, err)
			if c.after != nil {
				c.after(t, s.path("w/d/f"))
			}
			w.reader.Mark(mark)
		})
		list := slices.DeleteFunc(s.take(1), func(line string) bool { return line == "IN_CREATE w/d/" })
		if !slices.Equal(list, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(list, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// The same from outside: a file is written for a while in a directory that has just appeared. Tasks §1 Watches and events.
func TestRawWrittenWhileFound(t *testing.T) {
	s := newRawSession(t)
	check(t, os.Mkdir(s.path("w"), 0o755))
	s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE", event.RawRoot{Subdirs: true, Follow: true})
	var files []*os.File
	for i := range 20 {
		dir := s.path(fmt.Sprint("w/", i, "/a/b"))
		check(t, os.MkdirAll(dir, 0o755))
		f, err := os.Create(dir + "/f")
		check(t, err)
		files = append(files, f)
	}
	closes := func(list []string) (n int) {
		for _, line := range list {
			if strings.HasPrefix(line, "IN_CLOSE_WRITE") {
				n++
			}
		}
		return n
	}
	if n := closes(s.eventually(1, "IN_CREATE w/19/a/b/f")); n != 0 {
		t.Errorf("%d were told as closed", n)
	}
	for _, f := range files {
		check(t, f.Close())
	}
	if list := s.take(1); closes(list) != len(files) {
		t.Errorf("%q", list)
	}
}

// Tasks §1: a directory that is replaced by a link does not lead a walk out of the tree.
func TestRawLinkIsNoWay(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d/x"), 0o755))
	check(t, os.MkdirAll(s.path("out/x/y"), 0o755))
	write(t, s.path("out/x/y/secret"))
	s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE", event.RawRoot{Subdirs: true, Follow: true})
	within(t, s.m, func(w *watcher) {
		tree := w.raws.list[0]
		d := tree.top.child("d")
		tree.drop(d.child("x"))
		check(t, os.Rename(s.path("w/d"), s.path("w/e")))
		check(t, os.Symlink(s.path("out"), s.path("w/d")))
		kid := &node{wd: -1}
		d.link(kid, "x")
		check(t, tree.walk(t.Context(), kid, found))
		if kid.wd >= 0 {
			t.Error("what is outside is watched")
		}
	})
	if list := s.take(1); strings.Contains(strings.Join(list, " "), "secret") {
		t.Errorf("%q", list)
	}
}

// Tasks §1: a user exchanges a directory and a link to one outside again and again, while directories appear in both.
func TestRawLinkRace(t *testing.T) {
	s := newRawSession(t)
	check(t, os.MkdirAll(s.path("w/d"), 0o755))
	check(t, os.MkdirAll(s.path("out"), 0o755))
	check(t, os.Symlink(s.path("out"), s.path("w/l")))
	s.watch(1, "w", "IN_CREATE IN_CLOSE_WRITE", event.RawRoot{Subdirs: true, Follow: true})
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < 400 && err == nil; i++ {
			for _, dir := range []string{"out", "w/d", "w/l"} {
				path := s.path(fmt.Sprint(dir, "/", i, dir[:1]))
				_ = os.MkdirAll(path+"/a", 0o755)
				name := "/a/f"
				if dir == "out" {
					name = "/a/secret"
				}
				_ = os.WriteFile(path+name, nil, 0o644)
			}
			err = unix.Renameat2(unix.AT_FDCWD, s.path("w/d"), unix.AT_FDCWD, s.path("w/l"), unix.RENAME_EXCHANGE)
		}
		done <- err
	}()
	for running := true; running; {
		select {
		case err := <-done:
			check(t, err)
			running = false
		default:
		}
		for _, line := range s.take(1) {
			if strings.Contains(line, "secret") {
				t.Fatal(line)
			}
		}
	}
}
