//go:build unix

package lua_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// §9 rsync: which options have a file sent whatever its size and time: it has changed, or at a local target it is somebody else's.
func TestSentAnew(t *testing.T) {
	stubs(t)
	for _, c := range []struct {
		given, changed, attributes string // what is sent anew after a Create, and after an Attrib
	}{
		{"", "./twin|", ""},
		{"archive = true", "./twin|", "./twin|"}, {"owner = true", "./twin|", "./twin|"}, {"_extra = { '-rlto' }", "./twin|", "./twin|"},
		{"archive = true, owner = false", "./twin|", ""}, {"_extra = { '-a', '--no-owner' }", "./twin|", ""}, {"_extra = { '-eaoc' }", "./twin|", ""},
		{"archive = true, chown = 'nobody:x'", "./twin|", ""}, {"chown = '65534'", "./twin|", ""}, {"archive = true, chown = ':0'", "./twin|", "./twin|"},
		{"chown = 'root'", "./twin|", "./twin|"}, {"archive = true, usermap = '*:root'", "./twin|", ""}, {"archive = true, _extra = { '--fake-super' }", "./twin|", ""},
		{"archive = true, checksum = true", "./twin|", "./twin|"}, {"checksum = true", "", ""}, {"ignore_times = true", "", ""},
		{"archive = true, _extra = { '--size-only' }", "", ""}, {"modify_window = 1", "./twin|", ""},
	} {
		st := newStage(t).config("sync{ default.rsync, source = source, target = target, init = false, delay = 1, rsync = { " + c.given + " } }")
		at := time.Unix(1e9, 0)
		for _, path := range []string{st.file("source/twin", "a"), st.file("target/twin", "b")} {
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chown(st.target+"twin", 65534, 65534); err != nil {
			t.Fatal(err)
		}
		st.start()
		for kind, want := range map[event.Kind]string{event.Create: c.changed, event.Attrib: c.attributes} {
			st.event(kind, "twin")
			st.advance(time.Second)
			if got := st.anew(); got != want {
				t.Errorf("%s, %v: %q, wanted %q", c.given, kind, got, want)
			}
			st.exit(0)
		}
	}
}

// anew takes the command that was started last and returns what its steps before the whole list are to send.
func (st *stage) anew() string {
	st.Helper()
	cmd := st.command()
	if cmd.Steps == nil {
		return ""
	}
	var lists []string
	for _, step := range cmd.Steps(st.Context(), cmd) {
		if args := strings.Join(step.Args, " "); strings.Contains(args, " --ignore-times --no-checksum -- ") {
			lists = append(lists, strings.ReplaceAll(input(st, step), "\x00", "|"))
		}
	}
	return strings.Join(lists, "; ")
}

// §9 rsyncssh: a target on another machine cannot have a file of a time after the last transfer.
func TestSentAnewFar(t *testing.T) {
	stubs(t)
	st := newStage(t).config("sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', init = false, delay = 1, ssh = { multiplex = false } }")
	st.file("source/attributes", "")
	st.start()
	for i, c := range []struct {
		mtime time.Duration // since the last transfer ended
		want  string
	}{{time.Second, ""}, {-time.Second, "./f0|"}, {0, "./f0|"}, {time.Hour, ""}} {
		last := st.now
		st.event(event.Attrib, "attributes")
		st.event(event.Create, "f0")
		path := st.file("source/f0", fmt.Sprint(i))
		if err := os.Chtimes(path, last.Add(c.mtime), last.Add(c.mtime)); err != nil {
			t.Fatal(err)
		}
		st.advance(time.Second)
		if got := st.anew(); got != c.want {
			t.Errorf("%v after the last transfer: %q, wanted %q", c.mtime, got, c.want)
		}
		st.exit(0)
	}
}

// §9 rsync: what looks through directories gets what must not be judged by size and time first, by the same rules and nothing else.
func TestSentAnewFiltered(t *testing.T) {
	stubs(t)
	const want = "- *.o|+ /d/|+ /d/twin|+ /d/twin/***|- *|"
	for _, given := range []string{"transfer = 'filter'", "copy_links = true", "_extra = { '--max-size=10' }"} {
		st := newStage(t).config("sync{ default.rsync, source = source, target = target, init = false, delay = 1, exclude = '*.o', rsync = { " + given + " } }")
		at := time.Unix(1e9, 0)
		for _, path := range []string{st.file("source/d/twin", "a"), st.file("target/d/twin", "b")} {
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
		}
		st.start()
		for _, c := range []struct {
			kind event.Kind
			want string
		}{{event.Create, want}, {event.Attrib, ""}} {
			st.event(c.kind, "d/twin")
			st.advance(time.Second)
			if got := st.anew(); got != c.want {
				t.Errorf("%s, %v: %q, wanted %q", given, c.kind, got, c.want)
			}
			st.exit(0)
		}
	}
}
