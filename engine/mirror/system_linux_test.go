//go:build linux && !portable

package mirror_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/fsat/treetest"
	"lsyncgo/engine/mirror"
	"lsyncgo/engine/usertest"
)

// cpuTime is what this process has used, the system's part included.
func cpuTime() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// needRoot: these tests are about privileges, and CI has them.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("has to run as root")
	}
}

// mount makes a small file system of its own.
func mount(t *testing.T, options string) string {
	t.Helper()
	needRoot(t)
	dir := t.TempDir() + "/"
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v; a descriptor was left open", err)
		}
	})
	return dir
}

// §9: default.direct reports what fails.
func TestFullTarget(t *testing.T) {
	o := sides(t)
	o.Target = mount(t, "size=1m")
	put(t, o.Source+"small", "1")
	put(t, o.Source+"large", strings.Repeat("x", 4<<20))
	put(t, o.Target+"extra", strings.Repeat("x", 900<<10))
	check(t, os.Mkdir(o.Source+"z", 0o755))
	check(t, os.Mkdir(o.Target+"z", 0o755))
	put(t, o.Target+"z/extra", "1") // is met when the target is full already
	o.Workers = 1
	r, err := mirror.Tree(context.Background(), o, "")
	if err == nil || !errors.Is(err, unix.ENOSPC) || r.ExitCode() != mirror.ExitUnreachable || r.Removed != 2 {
		t.Errorf("%v, %d, %+v", err, r.ExitCode(), r)
	}
	names, err := os.ReadDir(o.Target)
	check(t, err)
	if len(names) != 2 || names[0].Name() != "small" || names[1].Name() != "z" || exists(o.Target+"z/extra") {
		t.Errorf("the target holds %v", names)
	}
	check(t, os.Remove(o.Source+"large"))
	apply(t, o, ops("delete large"))
	same(t, o)
}

func TestReadOnlyTarget(t *testing.T) {
	o := sides(t)
	o.Target = mount(t, "")
	put(t, o.Target+"old", "1")
	check(t, unix.Mount("tmpfs", o.Target, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	put(t, o.Source+"f", "1")
	for _, run := range []func() (mirror.Report, error){
		func() (mirror.Report, error) { return mirror.Tree(context.Background(), o, "") },
		func() (mirror.Report, error) {
			return mirror.Apply(context.Background(), o, ops("modify f", "delete old"))
		},
	} {
		if r, err := run(); !errors.Is(err, unix.EROFS) || r.ExitCode() != mirror.ExitUnreachable {
			t.Errorf("%v, %d, %+v", err, r.ExitCode(), r)
		}
	}
}

// TestOtherFileSystem: a rename in the source may be none at the target.
func TestOtherFileSystem(t *testing.T) {
	o := sides(t)
	put(t, o.Source+"a/f", strings.Repeat("x", 1<<20))
	check(t, os.Mkdir(o.Source+"m", 0o755))
	tree(t, o)
	check(t, unix.Mount("tmpfs", o.Target+"m", "tmpfs", 0, ""))
	defer func() { check(t, unix.Unmount(o.Target+"m", 0)) }()
	check(t, os.Rename(o.Source+"a", o.Source+"m/a"))
	r := apply(t, o, ops("move a/ > m/a/"))
	if r.Moved != 0 || r.Copied != 1 || exists(o.Target+"a") {
		t.Errorf("%+v", r)
	}
	same(t, o)
}

// acl is a POSIX ACL as the kernel stores it: owner and group and others as in
// mode 0640, and one more user who may read.
func acl() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range [][3]uint32{{1, 6, 1<<32 - 1}, {2, 4, 12345}, {4, 4, 1<<32 - 1}, {16, 4, 1<<32 - 1}, {32, 0, 1<<32 - 1}} {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	return b
}

func TestMetadata(t *testing.T) {
	needRoot(t)
	o := sidesIn(t, mount(t, ""))
	for _, p := range []string{"acl", "plain", "owned", "setuid", "given", "cap", "attr", "far", "inherits/f"} {
		put(t, o.Source+p, p)
	}
	check(t, unix.Setxattr(o.Source+"acl", "system.posix_acl_access", acl(), 0))
	check(t, unix.Setxattr(o.Source+"inherits", "system.posix_acl_default", acl(), 0))
	check(t, os.Lchown(o.Source+"owned", 12, 34))
	check(t, os.Lchown(o.Source+"setuid", 12, 34))
	check(t, unix.Chmod(o.Source+"setuid", 0o6755))
	check(t, unix.Chmod(o.Source+"given", 0o4755))
	check(t, unix.Setxattr(o.Source+"cap", "security.capability", []byte("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 0))
	check(t, unix.Setxattr(o.Source+"attr", "trusted.lsyncgo", []byte(strings.Repeat("v", 2000)), 0))
	check(t, unix.UtimesNanoAt(unix.AT_FDCWD, o.Source+"far", []unix.Timespec{{Sec: -1 << 30, Nsec: 1}, {Sec: -1 << 30, Nsec: 1}}, 0))
	check(t, os.Symlink("nowhere", o.Source+"link"))
	check(t, os.Lchown(o.Source+"link", 12, 34))
	check(t, unix.Mknod(o.Source+"null", unix.S_IFCHR|0o644, int(unix.Mkdev(1, 3))))
	tree(t, o)
	if got, err := unix.Getxattr(o.Target+"attr", "trusted.lsyncgo", make([]byte, 4000)); err != nil || got != 2000 {
		t.Errorf("trusted attribute: %d, %v", got, err)
	}

	// All of it goes away or changes, told as Attrib.
	check(t, unix.Removexattr(o.Source+"acl", "system.posix_acl_access"))
	check(t, unix.Removexattr(o.Source+"inherits", "system.posix_acl_default"))
	check(t, unix.Removexattr(o.Source+"cap", "security.capability"))
	check(t, unix.Setxattr(o.Source+"plain", "system.posix_acl_access", acl(), 0))
	check(t, os.Lchown(o.Source+"setuid", 13, 35))
	check(t, unix.Chmod(o.Source+"setuid", 0o4711))
	check(t, os.Lchown(o.Source+"given", 13, 35))
	check(t, unix.Chmod(o.Source+"given", 0o4755))
	check(t, os.Lchown(o.Source+"link", 13, 35))
	r := apply(t, o, ops("attrib acl", "attrib inherits/", "attrib cap", "attrib plain", "attrib setuid", "attrib given", "attrib link"))
	same(t, o)
	if r.Copied != 2 || r.Created != 1 { // those whose owner changed
		t.Errorf("%+v", r)
	}
}

// TestInheritedACL: what the target's directory gives to new entries is taken off them.
func TestInheritedACL(t *testing.T) {
	o := sidesIn(t, mount(t, ""))
	check(t, os.Mkdir(o.Source+"d", 0o755))
	check(t, unix.Setxattr(o.Source+"d", "system.posix_acl_default", acl(), 0))
	tree(t, o)
	put(t, o.Source+"d/f", "1")
	put(t, o.Source+"d/e/g", "1")
	for _, p := range []string{"d/f", "d/e", "d/e/g"} {
		check(t, unix.Removexattr(o.Source+p, "system.posix_acl_access"))
	}
	check(t, unix.Removexattr(o.Source+"d/e", "system.posix_acl_default"))
	apply(t, o, ops("modify d/f", "create d/e/", "modify d/e/g"))
	same(t, o)
}

func TestFifoAndSocket(t *testing.T) {
	o := sides(t)
	check(t, unix.Mkfifo(o.Source+"p", 0o640))
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	check(t, err)
	check(t, unix.Bind(fd, &unix.SockaddrUnix{Name: o.Source + "s"}))
	check(t, unix.Close(fd))
	put(t, o.Target+"s", "was a file")
	said := ""
	o.Log = func(format string, args ...any) { said += fmt.Sprintf(format, args...) }
	r := apply(t, o, ops("create p", "create s"))
	same(t, o)
	if r.Created != 1 || r.Removed != 1 || !strings.Contains(said, "s: sockets are not mirrored") {
		t.Errorf("%+v, said %q", r, said)
	}
}

func TestSparse(t *testing.T) {
	o := sidesIn(t, mount(t, ""))
	f, err := os.Create(o.Source + "f")
	check(t, err)
	_, err = f.WriteAt([]byte("end"), 64<<20)
	check(t, err)
	_, err = f.WriteAt([]byte("middle"), 10<<20)
	check(t, err)
	check(t, f.Truncate(100<<20))
	check(t, f.Close())
	tree(t, o)
	var st unix.Stat_t
	check(t, unix.Stat(o.Target+"f", &st))
	if st.Blocks*512 > 1<<20 {
		t.Errorf("%d bytes on disk", st.Blocks*512)
	}
}

// asNobody starts this test binary again as helper, without privileges, in dir.
func asNobody(t *testing.T, helper, dir string) (exit int, out string) {
	t.Helper()
	needRoot(t)
	self := filepath.Join(t.TempDir(), "self")
	usertest.CopySelf(t, self)
	for d := self; d != "/"; d = filepath.Dir(d) {
		if info, err := os.Stat(d); err == nil && info.Mode()&0o005 != 0o005 && strings.HasPrefix(d, os.TempDir()+"/") {
			check(t, os.Chmod(d, 0o755))
		}
	}
	cmd := exec.Command(self)
	cmd.Dir = dir
	cmd.Env = []string{helperEnv + "=" + helper}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	b, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

const nobody = 54321

// give makes everything below dir nobody's.
func give(t *testing.T, dir string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	}))
}

func here() mirror.Options {
	o := defaults()
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	o.Source, o.Target = dir+"/source/", dir+"/target/"
	return o
}

func report(r mirror.Report, err error) int {
	fmt.Printf("%v, %+v\n", err, r)
	return r.ExitCode()
}

func init() {
	helpers["tree"] = func() int { return report(mirror.Tree(context.Background(), here(), "")) }
	helpers["apply"] = func() int {
		lines, err := os.ReadFile("ops")
		if err != nil {
			panic(err)
		}
		return report(mirror.Apply(context.Background(), here(), ops(strings.Split(string(lines), "\n")...)))
	}
	helpers["churn"] = func() int {
		dir, err := os.Getwd()
		if err != nil {
			panic(err)
		}
		for seed := range uint64(8) {
			o := defaults()
			o.Source, o.Target = fmt.Sprintf("%s/%d/source/", dir, seed), fmt.Sprintf("%s/%d/target/", dir, seed)
			if err := errors.Join(os.MkdirAll(o.Source, 0o755), os.MkdirAll(o.Target, 0o755), churn(o, 100+seed)); err != nil {
				fmt.Printf("seed %d: %v\n", seed, err)
				return 1
			}
		}
		return 0
	}
}

func TestChurnAsNobody(t *testing.T) {
	dir := t.TempDir()
	give(t, dir)
	if exit, out := asNobody(t, "churn", dir); exit != 0 {
		t.Errorf("exit %d: %.3000s", exit, out)
	}
}

// TestUnreadable: what cannot be read is a failure, and nothing of it is removed.
// §9: an unreadable source deletes nothing.
func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	o := sidesIn(t, dir)
	for _, p := range []string{"file", "dir/f", "listed/f", "fine/f"} {
		put(t, o.Source+p, "new")
		put(t, o.Target+p, "old!")
	}
	put(t, o.Target+"dir/extra", "")
	put(t, o.Target+"fine/extra", "")
	check(t, os.WriteFile(dir+"/ops", []byte("modify file\ntree dir/\nmodify dir/f\ndelete dir/extra\nmodify listed/f\nmodify fine/f"), 0o644))
	give(t, dir)
	check(t, os.Chmod(o.Source+"file", 0))
	check(t, os.Chmod(o.Source+"dir", 0))
	check(t, os.Chmod(o.Source+"listed", 0o444))
	for _, helper := range []string{"apply", "tree"} {
		if exit, out := asNobody(t, helper, dir); exit != mirror.ExitPartial || !strings.Contains(out, "FailedTotal:3") {
			t.Errorf("%s: exit %d: %s", helper, exit, out)
		}
		if read(t, o.Target+"file") != "old!" || read(t, o.Target+"dir/f") != "old!" || read(t, o.Target+"listed/f") != "old!" || !exists(o.Target+"dir/extra") || read(t, o.Target+"fine/f") != "new" {
			t.Errorf("%s: the target was touched", helper)
		}
	}
	if exists(o.Target + "fine/extra") {
		t.Error("an extra beside it stays")
	}
}

// §9: TestClosedDirectories: directories without write permission are mirrored without privileges.
func TestClosedDirectories(t *testing.T) {
	dir := t.TempDir()
	o := sidesIn(t, dir)
	for _, p := range []string{"d/e/f", "d/g", "gone/h/f"} {
		put(t, o.Source+p, "1")
	}
	closed := func() {
		for _, d := range []string{o.Source + "d/e", o.Source + "d", o.Source + "gone/h", o.Source + "gone"} {
			if exists(d) {
				check(t, os.Chmod(d, 0o555))
			}
		}
		give(t, dir)
	}
	closed()
	if exit, out := asNobody(t, "tree", dir); exit != 0 {
		t.Fatalf("exit %d: %s", exit, out)
	}
	same(t, o)
	put(t, o.Source+"d/e/f", "changed")
	put(t, o.Source+"d/e/new", "1")
	check(t, os.Remove(o.Source+"d/g"))
	check(t, os.RemoveAll(o.Source+"gone"))
	check(t, os.WriteFile(dir+"/ops", []byte("modify d/e/f\ncreate d/e/new\ndelete d/g\ndelete gone/"), 0o644))
	closed()
	check(t, os.Chmod(o.Target+"gone/h", 0))
	if exit, out := asNobody(t, "apply", dir); exit != 0 {
		t.Fatalf("exit %d: %s", exit, out)
	}
	same(t, o)
}

// TestSetuidOfAnother: without the right to give files away, a setuid program
// of root must not become one of ours.
func TestSetuidOfAnother(t *testing.T) {
	dir := t.TempDir()
	o := sidesIn(t, dir)
	put(t, o.Source+"f", "1")
	give(t, dir)
	check(t, os.Lchown(o.Source+"f", 0, 0))
	check(t, unix.Chmod(o.Source+"f", 0o6755))
	for range 2 {
		if exit, out := asNobody(t, "tree", dir); exit != 0 {
			t.Fatalf("exit %d: %s", exit, out)
		}
		info, err := os.Stat(o.Target + "f")
		check(t, err)
		if info.Mode() != 0o755 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

// TestDescriptors: nothing stays open, whatever happened.
func TestDescriptors(t *testing.T) {
	count := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		check(t, err)
		return len(list)
	}
	o := sides(t)
	put(t, o.Source+"d/e/f", "1")
	put(t, o.Source+"g", "1")
	before := count()
	tree(t, o)
	check(t, os.Rename(o.Source+"d", o.Source+"x"))
	apply(t, o, ops("move d/ > x/", "modify none/f", "move a > b", "delete x/none"))
	_, err := mirror.Tree(context.Background(), o, "../x")
	check(t, err)
	if after := count(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	if diff := treetest.Equal(o.Source, o.Target, kept); len(diff) > 0 {
		t.Errorf("%q", diff)
	}
}
