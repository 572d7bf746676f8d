package root_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/root"
	"lsyncgo/engine/usertest"
)

const (
	self     = 64001
	stranger = 64002
	third    = 64003
)

// tree makes directories "path/ uid [mode]" and links "path uid -> text" in a new directory that all may search.
func tree(t *testing.T, entries ...string) string {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for at := top; at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range entries {
		left, text, link := strings.Cut(e, " -> ")
		f := strings.Fields(left)
		path := filepath.Join(top, f[0])
		uid, err := strconv.Atoi(f[1])
		if err == nil && link {
			err = os.Symlink(strings.ReplaceAll(text, "TOP", top), path)
		} else if err == nil {
			err = os.Mkdir(path, 0o755)
		}
		if err == nil {
			err = os.Lchown(path, uid, uid)
		}
		if err == nil && len(f) > 2 {
			mode, _ := strconv.ParseUint(f[2], 8, 32)
			err = syscall.Chmod(path, uint32(mode))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func u(text string) string {
	return strings.NewReplacer("SELF", fmt.Sprint(self), "STRANGER", fmt.Sprint(stranger), "THIRD", fmt.Sprint(third)).Replace(text)
}

// §9: links at every component, by every owner, to directories of every owner.
func TestOwners(t *testing.T) {
	owners := map[string]int{"root": 0, "self": self, "stranger": stranger, "third": third}
	for _, we := range []string{"root", "self"} {
		for link, linkUID := range owners {
			for dir, dirUID := range owners {
				for _, at := range []string{"first", "middle", "last"} {
					name := fmt.Sprintf("%s opens a link of %s to a directory of %s, %s", we, link, dir, at)
					t.Run(name, func(t *testing.T) {
						top := tree(t, fmt.Sprintf("dir/ %d", dirUID), fmt.Sprintf("dir/in/ %d", dirUID), fmt.Sprintf("dir/in/deep/ %d", third),
							"way/ 0", fmt.Sprintf("first %d -> dir", linkUID), fmt.Sprintf("way/middle %d -> ../dir", linkUID),
							fmt.Sprintf("way/last %d -> TOP/dir/in/", linkUID))
						path := map[string]string{"first": "/first/in/deep", "middle": "/way/middle/in/", "last": "/way/last"}[at]
						allowed := link == "root" || link == we || link == dir
						try(t, owners[we], top+path, allowed)
					})
				}
			}
		}
	}
}

func try(t *testing.T, uid int, path string, allowed bool) {
	t.Helper()
	usertest.As(t, uid, func() {
		dir, err := root.Open(path)
		var link *root.LinkError
		switch {
		case allowed && err != nil:
			t.Errorf("%s: %v", path, err)
		case !allowed && err == nil:
			t.Errorf("%s was opened", path)
		case !allowed && !errors.As(err, &link):
			t.Errorf("%s: not the right error: %v", path, err)
		case allowed:
			defer dir.Close()
			was, err := root.Of(dir)
			info, err2 := os.Stat(path)
			if err != nil || err2 != nil || info.Sys().(*syscall.Stat_t).Ino != was.Inode {
				t.Errorf("%s: another directory was opened (%v, %v)", path, err, err2)
			}
		}
	})
}

// §9: where a link may lead.
func TestLinks(t *testing.T) {
	for _, c := range []struct {
		name    string
		entries []string
		path    string
		allowed bool
	}{
		{"no link", []string{"a/ STRANGER"}, "/a/", true},
		{"sticky directory, a stranger's link to root's", []string{"tmp/ 0 1777", "victim/ 0", "tmp/l STRANGER -> ../victim"}, "/tmp/l", false},
		{"sticky directory, root's link", []string{"tmp/ 0 1777", "victim/ 0", "tmp/l 0 -> ../victim"}, "/tmp/l", true},
		{"a stranger's by a link of root", []string{"a/ 0", "l STRANGER -> a", "m 0 -> l"}, "/m", false},
		{"root's by a link of a stranger", []string{"a/ 0", "l 0 -> a", "m STRANGER -> l"}, "/m", false},
		{"own by a link of root by a link of a stranger", []string{"a/ STRANGER", "l 0 -> a", "m STRANGER -> l"}, "/m", true},
		{"a third's by a link of a stranger", []string{"a/ THIRD", "l THIRD -> a", "m STRANGER -> l"}, "/m", false},
		{"through a directory of root to his own", []string{"home/ 0", "home/u/ STRANGER", "l STRANGER -> TOP/home/u"}, "/l", true},
		{"up and away", []string{"u/ STRANGER", "u/l STRANGER -> ../../../../../../../../../../etc"}, "/u/l", false},
		{"up to his own", []string{"u/ STRANGER", "u/v/ STRANGER", "u/v/l STRANGER -> .."}, "/u/v/l", true},
		{"up in the path", []string{"u/ STRANGER", "v/ STRANGER", "u/l STRANGER -> ../v"}, "/u/l/../v", true},
		{"what is below his own may be another's", []string{"v/ STRANGER", "v/w/ 0", "u/ STRANGER", "u/l STRANGER -> ../v"}, "/u/l/w", true},
		{"but a link straight to it may not", []string{"v/ STRANGER", "v/w/ 0", "u/ STRANGER", "u/l STRANGER -> ../v/w"}, "/u/l", false},
		{"a stranger's to nothing", []string{"l STRANGER -> nothing"}, "/l", false},
		{"a stranger's to the root directory", []string{"l STRANGER -> /"}, "/l", false},
		{"a stranger's into proc", []string{"l STRANGER -> /proc/self/cwd"}, "/l", false},
		{"root's into proc", []string{"l 0 -> /proc/self/cwd"}, "/l", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.entries {
				c.entries[i] = u(c.entries[i])
			}
			try(t, 0, tree(t, c.entries...)+c.path, c.allowed)
		})
	}
}

// What is looked at must be the same without openat2: before Linux 5.6, and where a filter does not know it.
func TestWithoutOpenat2(t *testing.T) {
	root.ForgetOpenat2(t)
	t.Run("links", TestLinks)
	t.Run("errors", TestErrors)
	t.Run("names", TestOtherNames)
	t.Run("magic", TestMagicLinks)
}

func TestErrors(t *testing.T) {
	top := tree(t, u("l 0 -> none"), u("a 0 -> b"), u("b 0 -> a"), u("s STRANGER -> s"), u("victim/ THIRD"), u("t STRANGER -> victim"))
	if err := os.WriteFile(top+"/file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		"/none": fs.ErrNotExist, "/none/x": fs.ErrNotExist, "/l": fs.ErrNotExist, "/a": syscall.ELOOP, "/file": syscall.ENOTDIR,
		"/" + strings.Repeat("x", 256): syscall.ENAMETOOLONG,
	} {
		if _, err := root.Open(top + path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	_, err := root.Open(top + "/t/x")
	for _, want := range []string{top + "/t ", "(64002)", "64002", "64003", "victim", "chown -h root"} {
		if want != "(64002)" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := root.Open(top + "/s"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a stranger's link to itself: %v", err)
	}
}

// A path that is longer than the kernel takes at once, and links as many as it follows.
func TestFar(t *testing.T) {
	top := tree(t, "d/ 0")
	last := "d"
	for i := range 41 {
		next := fmt.Sprintf("l%d", i)
		if err := os.Symlink(last, filepath.Join(top, next)); err != nil {
			t.Fatal(err)
		}
		last = next
	}
	try(t, 0, top+"/l39", true)
	if _, err := root.Open(top + "/l40"); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("41 links: %v", err)
	}
	try(t, 0, top+strings.Repeat("/.", 2000)+"/d", true)
	dir, err := root.Open(top + strings.Repeat("/.", 3000) + "/d")
	if err != nil {
		t.Fatal(err)
	}
	_ = dir.Close()
}

// Where fs.protected_hardlinks is off anybody can give root's links other names.
func TestOtherNames(t *testing.T) {
	top := tree(t, "victim/ 0", "ours/ 0", u("u/ STRANGER"), "ours/l 0 -> ../victim")
	if err := os.Link(top+"/ours/l", top+"/u/l"); err != nil {
		t.Fatal(err)
	}
	try(t, 0, top+"/u/l", false)
	try(t, 0, top+"/ours/l", true)
}

// The text of /proc/N/fd/N is no path, once what it was opened by is another directory.
func TestMagicLinks(t *testing.T) {
	top := tree(t, "a/ 0", "a/in/ 0")
	dir, err := os.Open(top + "/a")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := os.Rename(top+"/a", top+"/b"); err != nil {
		t.Fatal(err)
	}
	try(t, 0, fmt.Sprintf("/proc/self/fd/%d/in", dir.Fd()), true)
}

func TestEmpty(t *testing.T) {
	top := tree(t, "empty/ 0", "fresh/ 0", "fresh/lost+found/ 0", "full/ 0", "full/a/ 0", "full/lost+found/ 0")
	for name, want := range map[string]bool{"empty": true, "fresh": true, "full": false} {
		dir, err := root.Open(filepath.Join(top, name))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, err := root.Empty(dir); got != want || err != nil {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		_ = dir.Close()
	}
}

func TestHeld(t *testing.T) {
	top := tree(t, "a/ 0", "a/b/ 0", "c/ 0", "l 0 -> a/b")
	open := func(path string) *os.File {
		t.Helper()
		dir, err := root.Open(top + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = dir.Close() })
		return dir
	}
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{{"", "/a/b", true}, {"/a", "/l", true}, {"/a/b", "/l", true}, {"/a/b", "/a", false}, {"/c", "/a/b", false}} {
		if got, err := root.Holds(open(c.outer), open(c.inner)); got != c.want || err != nil {
			t.Errorf("%s holds %s: %v, %v", c.outer, c.inner, got, err)
		}
	}
	held := open("/a/b")
	is, err := root.Of(held)
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Here(top+"/l", is); err != nil {
		t.Errorf("it is here: %v", err)
	}
	if err := os.Rename(top+"/a/b", top+"/d"); err != nil {
		t.Fatal(err)
	}
	if err := root.Here(top+"/a/b", is); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is gone: %v", err)
	}
	if err := os.Mkdir(top+"/a/b", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := root.Here(top+"/a/b", is); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another one is here: %v", err)
	}
}

func TestMake(t *testing.T) {
	top := tree(t, "a/ 0", "victim/ 0", u("l STRANGER -> victim"), u("m STRANGER -> victim/x"))
	dir, err := root.Make(top+"/a/new/", 0o700)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	info, err := os.Stat(top + "/a/new")
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	for path, want := range map[string]error{"/a/new": fs.ErrExist, "/none/new": fs.ErrNotExist, "/m": fs.ErrExist} {
		if _, err := root.Make(top+path, 0o700); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	var link *root.LinkError
	if _, err := root.Make(top+"/l/new", 0o700); !errors.As(err, &link) {
		t.Errorf("behind a link: %v", err)
	}
	if list, _ := os.ReadDir(top + "/victim"); len(list) > 0 {
		t.Errorf("made where a link leads: %v", list)
	}
}
