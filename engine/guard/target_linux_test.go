package guard_test

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/guard"
	"lsyncgo/engine/root"
)

// §9: a stranger's link in place of the target leads nowhere, and neither does one above it.
func TestTargetReplacedByLink(t *testing.T) {
	const stranger = 64002
	for name, link := range map[string]string{"the target": "disk/target", "above it": "disk"} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			fill(t, s.dir+"/disk", "target", []string{"a"})
			fill(t, s.dir, "victim", []string{"target", "precious"})
			s.want(nil)
			s.must(os.Rename(s.dir+"/"+link, s.dir+"/old"))
			s.must(os.Symlink(s.dir+"/victim", s.dir+"/"+link))
			s.must(os.Lchown(s.dir+"/"+link, stranger, stranger))
			for range 2 {
				dir, err := s.target.Check(s.path, s.source)
				var refused *root.LinkError
				if dir != nil || !errors.As(err, &refused) {
					t.Errorf("%v", err)
				}
			}
			s.must(os.Remove(s.dir + "/" + link))
			s.must(os.Rename(s.dir+"/old", s.dir+"/"+link))
			s.want(nil)
		})
	}
}

// §9: a disk that was unmounted, and another one mounted in its place.
func TestTargetMounts(t *testing.T) {
	s := newScene(t)
	mount := func() {
		t.Helper()
		if err := unix.Mount("none", s.dir+"/disk", "tmpfs", 0, ""); err != nil {
			t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
		}
	}
	unmount := func() {
		t.Helper()
		if err := unix.Unmount(s.dir+"/disk", 0); err != nil {
			t.Errorf("unmount: %v; a descriptor was left open", err)
		}
	}
	mount()
	fill(t, s.dir+"/disk", "target", []string{"a"})
	s.want(nil)
	unmount()
	s.want(guard.ErrAway)
	mount()
	fill(t, s.dir+"/disk", "target", []string{"precious"})
	s.want(guard.ErrOther)
	unmount()
	mount()
	fill(t, s.dir+"/disk", "target", []string{})
	s.want(guard.ErrRenewed)
	s.want(nil)
	unmount()
}

// §9: what is at the path when work ends is none of its doing if the disk was unmounted meanwhile.
func TestTargetUnmountedAtWork(t *testing.T) {
	mount := func(s *scene, from, kind string, flags uintptr) {
		t.Helper()
		if err := unix.Mount(from, s.dir+"/disk", kind, flags, ""); err != nil {
			t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
		}
		t.Cleanup(func() { _ = unix.Unmount(s.dir+"/disk", unix.MNT_DETACH) })
	}
	unmount := func(s *scene) { s.must(unix.Unmount(s.dir+"/disk", 0)) }
	mounted := func(known bool) *scene {
		s := newScene(t)
		fill(t, s.dir, "kept", []string{})
		mount(s, s.dir+"/kept", "", unix.MS_BIND)
		if known {
			fill(t, s.dir+"/disk", "target", []string{"a"})
		}
		s.want(nil)
		if !known { // by the work
			fill(t, s.dir+"/disk", "target", []string{"a"})
		}
		return s
	}
	for name, known := range map[string]bool{"known": true, "made by the work": false} {
		for _, left := range [][]string{nil, {}, {"b"}} { // what the mount point has in place of the target when the work ends
			s := mounted(known)
			unmount(s)
			if left != nil {
				fill(t, s.dir+"/disk", "target", left)
			}
			s.target.Wrote(s.path)
			t.Log(name, left)
			s.want(guard.ErrAway)
			s.want(guard.ErrAway)
			mount(s, s.dir+"/kept", "", unix.MS_BIND)
			s.want(guard.ErrRenewed)
			s.want(nil)
			s.target.Wrote(s.path)
			s.want(nil)
		}
		// Another disk is there instead.
		for _, c := range []struct {
			entries []string
			err     error
		}{{[]string{"precious"}, guard.ErrOther}, {[]string{}, guard.ErrRenewed}, {nil, guard.ErrRenewed}} {
			s := mounted(known)
			unmount(s)
			mount(s, "none", "tmpfs", 0)
			if c.entries != nil {
				fill(t, s.dir+"/disk", "target", c.entries)
			}
			s.target.Wrote(s.path)
			t.Log(name, c)
			s.want(c.err)
		}
	}
	// One is mounted over where it is to be.
	s := newScene(t)
	s.want(nil)
	mount(s, "none", "tmpfs", 0)
	fill(t, s.dir+"/disk", "target", []string{"precious"})
	s.target.Wrote(s.path)
	s.want(guard.ErrOther)
}
