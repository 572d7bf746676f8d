package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"lsyncgo/engine/core"
)

// Pauses outlive the process, and what is no pause is not taken for one. §10.
func TestPausesAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.pauses")
	list := []core.Pause{{Sync: "web", By: "root", Until: time.Date(2026, 11, 28, 12, 0, 0, 5, time.UTC)}, {Sync: "odd \"\n\xff name", By: "user 1000"}}
	p := pauses{path: path}
	if err := p.save(list); err != nil {
		t.Fatal(err)
	}
	next := pauses{path: path}
	got, err := next.load()
	if err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("%v, %v", got, err)
	}
	if err := next.save(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if got, err := next.load(); err != nil || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"web", `"web" "root" soon`, `"web`} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := next.load(); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestPausesFile(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", "")
	if got := pausesFile("/run/a.pid", "/var/s"); got != "/run/a.pid.pauses" {
		t.Error(got)
	}
	if got := pausesFile("", ""); got != "" {
		t.Error(got)
	}
	t.Setenv("STATE_DIRECTORY", "/var/lib/lsyncgo:/other")
	if got := pausesFile("/run/a.pid", ""); got != "/var/lib/lsyncgo/a.pid.pauses" {
		t.Error(got)
	}
}

// A path of the command line means one in the source, however the way there is written, and never one outside. §10.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		source, given string
		ways          []string
		path          string
		inside        bool
	}{
		{"/src/", "", []string{"/src"}, "", true},
		{"/src/", "", []string{"/src/a b\xff/"}, "a b\xff", true},
		{"/src/", "", []string{"/srcx"}, "", false},
		{"/src/", "", []string{"/src/../etc"}, "", false},
		{"/src/", "", []string{"a"}, "", false},
		{"/real/", "/link", []string{"/link/a", "/real/a"}, "a", true},
		{"/real/", "", []string{"/link/a", "/real/a"}, "a", true},
		{"/", "", []string{"/etc/x"}, "etc/x", true},
	} {
		var ways [][]byte
		for _, w := range c.ways {
			ways = append(ways, []byte(w))
		}
		if path, inside := within(c.source, c.given, ways); path != c.path || inside != c.inside {
			t.Errorf("%+v: %q, %t", c, path, inside)
		}
	}
}

// What is at a path of the source, without following links. §10.
func TestPlaceIn(t *testing.T) {
	dir := t.TempDir()
	for _, err := range []error{os.Mkdir(filepath.Join(dir, "d"), 0o755), os.WriteFile(filepath.Join(dir, "d/f"), nil, 0o644),
		os.Symlink("d", filepath.Join(dir, "l"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]core.Place{"": core.Directory, "d": core.Directory, "d/f": core.Other, "l": core.Other, "x/y": core.Absent, "d/f/x": core.Absent} {
		if got, err := placeIn(dir+"/", path); got != want || err != nil {
			t.Errorf("%s: %d, %v", path, got, err)
		}
	}
	if _, err := placeIn(dir+"/", "l/f"); err == nil {
		t.Error("a link was followed")
	}
}

// What is done for a path concerns those above and below it. §10.
func TestConcerns(t *testing.T) {
	for _, c := range []struct {
		event, path string
		want        bool
	}{
		{"a", "a", true}, {"a/", "a", true}, {"a/", "a/b", true}, {"a/b", "a/", true}, {"ab", "a", false}, {"a", "b", false}, {"", "x", true}, {"x", "", true},
	} {
		if got := concerns(c.event, c.path); got != c.want {
			t.Errorf("%q, %q: %t", c.event, c.path, got)
		}
	}
}
