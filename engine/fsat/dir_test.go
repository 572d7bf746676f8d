package fsat

import (
	"errors"
	"os"
	"strings"
	"testing"

	"lsyncgo/engine/root"
)

// TestNoLinkFollowed: between the look at an entry and its opening, a link may
// take its place.
func TestNoLinkFollowed(t *testing.T) {
	top := t.TempDir()
	for _, err := range []error{os.Mkdir(top+"/d", 0o755), os.Symlink("d", top+"/l"), os.WriteFile(top+"/d/f", nil, 0o644)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	given, err := root.Open(top)
	if err != nil {
		t.Fatal(err)
	}
	defer given.Close()
	dir, err := OpenRoot(given)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if _, err := dir.OpenDir("l"); !IsGone(err) {
		t.Errorf("sub: %v", err)
	}
	if _, err := dir.OpenBelow("l/"); !IsGone(err) {
		t.Errorf("below: %v", err)
	}
	near := ParentCache{Root: dir}
	defer near.Close()
	if _, err := near.Lstat([]string{"l", "f"}); !IsGone(err) {
		t.Errorf("lstat: %v", err)
	}
	if s, err := near.Lstat([]string{"d", "f"}); err != nil || s.Kind != Regular {
		t.Errorf("lstat of a file: %v, %v", s.Kind, err)
	}
}

func FuzzTempName(f *testing.F) {
	for _, name := range []string{"f", ".f", strings.Repeat("x", 255), "\xff", "a.lsyncgo-0123456789abcdef"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if name == "" || len(name) > maxName || strings.ContainsAny(name, "/\x00") {
			return
		}
		temp := tempName(name)
		if len(temp) > maxName || temp == name || strings.ContainsAny(temp, "/\x00") {
			t.Errorf("%q for %q", temp, name)
		}
		if !IsTemp(temp) || IsForeignTemp(temp) {
			t.Errorf("%q is not known again", temp)
		}
		if other := temp[:len(temp)-16] + strings.Repeat("0", 16); !IsForeignTemp(other) && tempProcess != "00000000" {
			t.Errorf("%q would stay for ever", other)
		}
	})
}

func FuzzSegments(f *testing.F) {
	for _, path := range []string{"", "/", "a/b/", "../a", "a/./b", "a//b", "\x00", "...", "a/..\x00"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segs, err := Segments(path)
		if err != nil {
			return
		}
		for _, s := range segs {
			if s == "" || s == "." || s == ".." || strings.ContainsAny(s, "/\x00") {
				t.Errorf("%q gives %q", path, segs)
			}
		}
		if again, err := Segments(strings.Join(segs, "/")); err != nil || len(again) != len(segs) {
			t.Errorf("%q gives %q", path, again)
		}
	})
}

// A new directory has its name when owner and mode are set, or never.
func TestMkdirAllIsWhole(t *testing.T) {
	top := t.TempDir()
	f, err := os.Open(top)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := OpenRoot(f)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	seen := 0
	at, err := d.MkdirAll([]string{"a", "b"}, 0o700, func(*Dir) error {
		if _, err := os.Stat(top + "/a/b"); seen == 1 && err == nil {
			t.Error("b has its name")
		}
		if _, err := os.Stat(top + "/a"); seen == 0 && err == nil {
			t.Error("a has its name")
		}
		seen++
		return nil
	})
	if err != nil || seen != 2 {
		t.Fatal(seen, err)
	}
	at.Close()
	if _, err := d.MkdirAll([]string{"a", "c"}, 0o700, func(*Dir) error { return os.ErrPermission }); !errors.Is(err, os.ErrPermission) {
		t.Error(err)
	}
	if list, err := os.ReadDir(top + "/a"); err != nil || len(list) != 1 || list[0].Name() != "b" {
		t.Error(list, err)
	}
}
