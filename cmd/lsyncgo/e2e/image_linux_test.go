//go:build churn

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// image is an ext4 file system in a file, behind a loop device. ext4 gives the inode number of what was removed to what
// is made next, and all its roots have the same one; tmpfs does neither.
type image struct {
	p      *place
	device string
}

// image makes a file system with these files in it.
func (p *place) image(name string, files ...string) image {
	p.t.Helper()
	file := p.path(name + ".ext4")
	f, err := os.Create(file)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := f.Truncate(64 << 20); err != nil {
		p.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		p.t.Fatal(err)
	}
	command(p.t, mkfs(), "-q", "-F", file)
	i := image{p, strings.TrimSpace(command(p.t, "losetup", "--find", "--show", file))}
	p.t.Cleanup(func() { command(p.t, "losetup", "--detach", i.device) }) // the kernel does so when the last mount is gone
	p.mkdir("filled")
	unmount := i.mount("filled")
	for _, f := range files {
		p.write("filled/"+f, f)
	}
	unmount()
	return i
}

// mkfs is in a directory that is only in the PATH of root, if at all.
func mkfs() string {
	if _, err := os.Stat("/usr/sbin/mkfs.ext4"); err == nil {
		return "/usr/sbin/mkfs.ext4"
	}
	return "mkfs.ext4"
}

// mount mounts it, and returns what takes it away, also from those who use it.
func (i image) mount(name string) (unmount func()) {
	i.p.t.Helper()
	at := i.p.path(name)
	i.p.mkdir(name)
	if err := unix.Mount(i.device, at, "ext4", 0, ""); err != nil {
		i.p.t.Fatalf("mount %s at %s: %v; run as root", i.device, at, err)
	}
	mounted := true
	i.p.t.Cleanup(func() {
		if mounted {
			_ = unix.Unmount(at, unix.MNT_DETACH) // it may have been renamed, and the end of the test tells
		}
	})
	return func() {
		i.p.t.Helper()
		if err := unix.Unmount(at, unix.MNT_DETACH); err != nil {
			i.p.t.Fatalf("unmount %s: %v", at, err)
		}
		mounted = false
	}
}

// recreate removes a directory on an ext4 and makes another one with the same inode number.
func (p *place) recreate(name string) {
	p.t.Helper()
	if !p.remake(name, name, 1000) {
		p.t.Fatalf("no other directory gets the inode number of %s", name)
	}
}

// §9: a source that was made again on ext4, with the same inode number, is another directory, whoever sees it away or not.
func TestImageSourceMadeAgain(t *testing.T) {
	t.Parallel()
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.image("disk").mount("disk")
		p.source = p.path("disk/source")
		p.write("disk/source/dir/a", "1")
		d := p.watched(t, ps)
		p.recreate("disk/source")
		p.write("disk/source/other", "2")
		p.holds(d, "came back as another directory", "target/dir/a", "1")
		p.reload(ps, d)
		p.write("disk/source/b", "3")
		p.holds(d, "came back as another directory", "target/dir/a", "1")
		if p.exists("target/b") || p.exists("target/other") {
			t.Error("the other directory was sent")
		}
		p.resume(p.path("config.lua"))
		p.same()
		d.stop()
	})
}

// §9: another ext4 in place of the source's is not the source, though their roots have one inode number, and the right one
// goes on by itself, also behind another loop device.
func TestImageSourceSwapped(t *testing.T) {
	t.Parallel()
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		right, wrong := p.image("right", "a"), p.image("wrong", "b")
		unmount := right.mount("source")
		d := p.watched(t, ps)
		unmount()
		d.logs("is lost")
		unmount = wrong.mount("source")
		p.holds(d, "came back as another directory", "target/a", "a")
		unmount()
		unmount = right.mount("elsewhere")
		p.write("elsewhere/c", "3")
		unmount()
		right.mount("source")
		p.same()
		d.stop()
	})
}

// §9: another ext4, with files, in place of the target's is left alone until somebody says that the one there is right; a new one is filled.
func TestImageTargetSwapped(t *testing.T) {
	t.Parallel()
	eachLocal(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		right, wrong, fresh := p.image("right"), p.image("wrong", "precious"), p.image("fresh")
		unmount := right.mount("target")
		p.write("source/a", "1")
		d := p.filled(t, ps)
		unmount()
		unmount = wrong.mount("target")
		p.write("source/b", "2")
		p.holds(d, "another directory than before", "target/precious", "precious")
		if p.exists("target/a") || p.exists("target/b") {
			t.Error("it was written to another file system")
		}
		unmount()
		unmount = right.mount("target")
		p.resume(p.path("config.lua"))
		p.same()
		unmount()
		unmount = fresh.mount("target")
		p.write("source/c", "3")
		p.same()
		unmount()
		d.stop()
	})
}

// §9: a target that was made again on ext4, with the same inode number: a new one with files is held, an empty one is filled.
func TestImageTargetMadeAgain(t *testing.T) {
	t.Parallel()
	eachLocal(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.image("disk").mount("disk")
		p.target = p.path("disk/target")
		p.write("disk/target/x", "")
		p.write("source/dir/a", "1")
		d := p.watched(t, ps)
		p.recreate("disk/target")
		p.write("source/b", "2")
		p.same()
		p.recreate("disk/target")
		p.write("disk/target/precious", "only copy")
		p.write("source/c", "3")
		p.holds(d, "another directory than before", "disk/target/precious", "only copy")
		p.resume(p.path("config.lua"))
		p.same()
		d.stop()
	})
}

// §9: a target that is unmounted while a transfer runs gets the rest when it is mounted again, and its mount point nothing.
func TestImageTargetUnmounted(t *testing.T) {
	t.Parallel()
	eachLocal(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		disk := p.image("disk")
		unmount := disk.mount("target")
		p.write("source/a", "1")
		d := p.filled(t, ps)
		for round := range 3 {
			for i := range 1000 {
				p.write(fmt.Sprintf("new/%d/%d", i%10, i), fmt.Sprint(round, i))
			}
			p.rename("new", fmt.Sprint("source/", round))
			eventually(t, "the transfer to run", func() bool { return p.exists(fmt.Sprintf("target/%d/0", round)) })
			unmount()
			p.write("source/after", fmt.Sprint(round))
			eventually(t, "the target to be away", func() bool {
				return strings.Count(d.out.String(), "nothing is mounted at") > round
			})
			if list, err := os.ReadDir(p.target); err != nil || len(list) > 0 {
				t.Errorf("below the mount point: %v, %v", list, err)
			}
			unmount = disk.mount("target")
			p.same()
		}
		d.stop()
	})
}

// filled is watched for a target that has a lost+found, which is there in the source as well.
func (p *place) filled(t *testing.T, ps preset) *process {
	t.Helper()
	p.mkdir("source/lost+found")
	p.chmod("source/lost+found", 0o700)
	return p.watched(t, ps)
}
