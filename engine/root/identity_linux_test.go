package root_test

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/root"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, path string) root.Identity {
	t.Helper()
	id, err := root.Is(path)
	check(t, err)
	return id
}

// mount mounts at path and returns how to undo it.
func mount(t *testing.T, from, path, kind string, flags uintptr) (undo func()) {
	t.Helper()
	if err := unix.Mount(from, path, kind, flags, ""); err != nil {
		t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
	}
	mounted := true
	undo = func() {
		if mounted {
			mounted = false
			if err := unix.Unmount(path, 0); err != nil {
				t.Errorf("unmount: %v; a descriptor was left open", err)
			}
		}
	}
	t.Cleanup(undo)
	return undo
}

// §9: a directory that was made again is another one, whatever its inode number.
func TestMadeAgain(t *testing.T) {
	top := tree(t, "d/ 0")
	before := is(t, top+"/d")
	if before.Compare(is(t, top+"/d/")) != root.Same {
		t.Error("a directory is not itself")
	}
	check(t, os.Rename(top+"/d", top+"/e"))
	if now := is(t, top+"/e"); before.Compare(now) != root.Same || before.Remounted(now) {
		t.Error("a renamed directory is another one")
	}
	again := false
	for range 100 { // ext4 gives the number again at once, others never
		check(t, os.Remove(top+"/e"))
		check(t, os.Mkdir(top+"/e", 0o755))
		now := is(t, top+"/e")
		again = again || now.Inode == before.Inode
		if before.Compare(now) != root.Different {
			t.Fatalf("what was made again passes for the one that was: %s, now %s", before, now)
		}
	}
	t.Logf("an inode number came again: %v", again)
}

// §9: the root of another file system is another directory, the same one mounted again is not.
func TestMountedAgain(t *testing.T) {
	top := tree(t, "d/ 0", "disk/ 0", "disk/in/ 0", "l 0 -> d")
	below := is(t, top+"/d")
	undo := mount(t, "none", top+"/d", "tmpfs", 0)
	first := is(t, top+"/l/")
	undo()
	if back := is(t, top+"/d"); below.Compare(back) != root.Same || first.Compare(back) != root.Different {
		t.Errorf("below the mount %s, now %s, mounted %s", below, back, first)
	}
	undo = mount(t, "none", top+"/d", "tmpfs", 0)
	if second := is(t, top+"/d"); first.Inode != second.Inode || first.Compare(second) != root.Different || !first.Remounted(second) {
		t.Errorf("another tmpfs: %s, now %s", first, second)
	}
	undo()
	undo = mount(t, top+"/disk", top+"/d", "", unix.MS_BIND)
	bound := is(t, top+"/d/in")
	undo()
	mount(t, top+"/disk", top+"/d", "", unix.MS_BIND)
	if now := is(t, top+"/d/in"); bound.Compare(now) != root.Same || !bound.Remounted(now) {
		t.Errorf("the same directory, mounted again: %s, now %s", bound, now)
	}
}

func TestMountOf(t *testing.T) {
	top := tree(t, "d/ 0", "disk/ 0", "disk/in/ 0", "l 0 -> d", "in 0 -> d/in", "other/ 0")
	outside := root.MountOf(top)
	mount(t, top+"/disk", top+"/d", "", unix.MS_BIND)
	for path, want := range map[string]string{
		"/d": "/d", "/d/": "/d", "/d/in": "/d", "/l": "/d", "/l/in/": "/d", "/in": "/d", "/d/in/none/x": "/d", "/l/none": "/d",
		"/other": "", "/none": "",
	} {
		if want != "" {
			want = top + want
		} else {
			want = outside
		}
		if got := root.MountOf(top + path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if !root.IsMount(top+"/d") || root.IsMount(top+"/l") || root.IsMount(top+"/d/in") || root.IsMount(top+"/none") {
		t.Error("what is a mount point?")
	}
}
