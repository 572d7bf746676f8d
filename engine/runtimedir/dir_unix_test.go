//go:build unix

package runtimedir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const room = 200

// below has the directory made below a new directory, and returns that.
func below(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("RUNTIME_DIRECTORY", dir)
	return dir
}

func (d *Dir) mustPath(t *testing.T) string {
	t.Helper()
	path, err := d.Path(room)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// §9 rsyncssh: the directory is private, stays the same while nobody touches it, and goes with its contents.
func TestPath(t *testing.T) {
	parent := below(t)
	var d Dir
	path := d.mustPath(t)
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeDir|0o700 || filepath.Dir(path) != parent {
		t.Errorf("%s: %v, %v", path, info, err)
	}
	must(t, os.WriteFile(path+"/socket", nil, 0o600))
	if again := d.mustPath(t); again != path {
		t.Errorf("%s became %s", path, again)
	}
	// As a cleaner does before it looks inside.
	cleaner, err := os.Open(path)
	must(t, err)
	defer cleaner.Close()
	if err := unix.Flock(int(cleaner.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != unix.EWOULDBLOCK {
		t.Errorf("not locked against cleaning: %v", err)
	}
	must(t, d.Close())
	if _, err := os.Lstat(path); !os.IsNotExist(err) || d.Existing() != "" {
		t.Errorf("after Close: %v, %q", err, d.Existing())
	}
}

// §9 rsyncssh: what is not the directory that was made is neither used nor removed.
func TestReplaced(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string){
		"removed": func(t *testing.T, path string) { must(t, os.RemoveAll(path)) },
		"another directory": func(t *testing.T, path string) {
			must(t, os.RemoveAll(path))
			must(t, os.Mkdir(path, 0o700))
		},
		"another user's directory": func(t *testing.T, path string) {
			must(t, os.RemoveAll(path))
			must(t, os.Mkdir(path, 0o700))
			must(t, os.Chown(path, 65534, 65534))
		},
		"given away":     func(t *testing.T, path string) { must(t, os.Chown(path, 65534, 65534)) },
		"open to others": func(t *testing.T, path string) { must(t, os.Chmod(path, 0o711)) },
		"link to it": func(t *testing.T, path string) {
			must(t, os.Rename(path, path+".real"))
			must(t, os.Symlink(path+".real", path))
		},
		"parent open to others": func(t *testing.T, path string) { must(t, os.Chmod(filepath.Dir(path), 0o777)) },
		"parent given away":     func(t *testing.T, path string) { must(t, os.Chown(filepath.Dir(path), 65534, 65534)) },
	} {
		t.Run(name, func(t *testing.T) {
			below(t)
			var d Dir
			path := d.mustPath(t)
			change(t, path)
			_, was := os.Lstat(path)
			if d.Existing() != "" {
				t.Error("it is still used")
			}
			other := d.mustPath(t)
			if other == path {
				t.Errorf("%s is used again", path)
			}
			must(t, d.Close())
			if _, is := os.Lstat(path); os.IsNotExist(is) != os.IsNotExist(was) {
				t.Errorf("what is at %s was removed", path)
			}
		})
	}
}

// §9 rsyncssh: a place that others can change is left out, as is one whose sockets would have too long names.
func TestParents(t *testing.T) {
	first, second := below(t), filepath.Join(t.TempDir(), "tmp")
	must(t, os.Mkdir(second, 0o755))
	t.Setenv("RUNTIME_DIRECTORY", first+":"+second)
	in := func(want string, limit int) {
		t.Helper()
		var d Dir
		path, err := d.Path(limit)
		must(t, err)
		if filepath.Dir(path) != want {
			t.Errorf("%s is not in %s", path, want)
		}
		must(t, d.Close())
	}
	in(first, room)
	must(t, os.Chmod(first, 0o777))
	in(second, room)
	must(t, os.Chmod(first, 0o777|os.ModeSticky))
	in(first, room)
	must(t, os.Chown(first, 65534, 65534))
	in(second, room)
	t.Setenv("RUNTIME_DIRECTORY", strings.Repeat("/", 3)+"no/such")
	session := filepath.Join(t.TempDir(), "session")
	must(t, os.Mkdir(session, 0o700))
	t.Setenv("XDG_RUNTIME_DIR", session)
	in(session, room)
	for _, dir := range []string{"/tmp", os.TempDir()} {
		t.Setenv("TMPDIR", dir)
		must(t, os.Chmod(session, 0o711))
		var d Dir
		if path := d.mustPath(t); strings.HasPrefix(path, session) {
			t.Errorf("%s is open to others", session)
		}
		must(t, d.Close())
	}
	var d Dir
	if path, err := d.Path(10); err == nil || !strings.Contains(err.Error(), "too long for a socket") {
		t.Errorf("%s is longer than 10 bytes: %v", path, err)
	}
}
