//go:build !portable

package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/mirror"
)

// changing are the system calls that change something. By number, since libraries and tools learn of new ones late.
var changing = map[uint64]string{
	unix.SYS_OPENAT: "openat", unix.SYS_MKDIRAT: "mkdirat", unix.SYS_MKNODAT: "mknodat", unix.SYS_SYMLINKAT: "symlinkat",
	unix.SYS_LINKAT: "linkat", unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINKAT: "unlinkat",
	unix.SYS_PWRITE64: "pwrite64", unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_COPY_FILE_RANGE: "copy_file_range",
	unix.SYS_FCHMOD: "fchmod", unix.SYS_FCHMODAT: "fchmodat", 452: "fchmodat2", unix.SYS_CHMOD: "chmod",
	unix.SYS_FCHOWN: "fchown", unix.SYS_FCHOWNAT: "fchownat", unix.SYS_UTIMENSAT: "utimensat",
	unix.SYS_SETXATTR: "setxattr", unix.SYS_FSETXATTR: "fsetxattr", unix.SYS_SYNCFS: "syncfs", unix.SYS_FSYNC: "fsync",
}

func init() {
	helpers["traced"] = func() int {
		o := mirror.Defaults()
		o.Source, o.Target, o.Workers = os.Args[1]+"/source/", os.Args[1]+"/target/", 1
		o.Fsync = os.Args[2] == "fsync"
		work := func() (mirror.Report, error) { return mirror.Tree(context.Background(), o, "") }
		if os.Args[2] == "apply" {
			work = func() (mirror.Report, error) { return mirror.Apply(context.Background(), o, crashBatch) }
		}
		r, err := work()
		if err != nil && r.ExitCode() == mirror.ExitOK {
			return 99
		}
		return r.ExitCode()
	}
	helpers["tracer"] = func() int {
		at, _ := strconv.Atoi(os.Args[3])
		errno, _ := strconv.Atoi(os.Args[4])
		tr := &tracer{at: at, errno: errno, noExchange: os.Args[5] == "noexchange", inject: map[int]int{}}
		code, err := tr.run(os.Args[1], os.Args[2])
		if err != nil {
			fmt.Println(err)
			return 98
		}
		fmt.Println(strings.Join(tr.calls, "\n"))
		return code
	}
}

// tracer stops a process at each of its system calls.
type tracer struct {
	at         int // the changing call to do something at
	errno      int // that it gets; 0: the process is killed
	noExchange bool
	calls      []string
	inject     map[int]int // by thread
}

// run returns how the process ended: 137 if it was killed.
func (tr *tracer) run(dir, fsync string) (int, error) {
	runtime.LockOSThread()
	cmd := exec.Command(os.Args[0], dir, fsync)
	cmd.Env = append(os.Environ(), helperEnv+"=traced")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	var ws unix.WaitStatus
	if _, err := unix.Wait4(pid, &ws, 0, nil); err != nil {
		return 0, err
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := errors.Join(unix.PtraceSetOptions(pid, options), unix.PtraceSyscall(pid, 0)); err != nil {
		return 0, err
	}
	for {
		tid, err := unix.Wait4(-1, &ws, unix.WALL, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case ws.Exited() && tid == pid:
			return ws.ExitStatus(), nil
		case ws.Signaled() && tid == pid:
			return 128 + int(ws.Signal()), nil
		case !ws.Stopped():
			continue
		}
		signal := 0
		switch s := ws.StopSignal(); {
		case s == unix.SIGTRAP|0x80:
			if tr.stopped(pid, tid) != nil {
				continue // it ends
			}
		case s != unix.SIGTRAP && s != unix.SIGSTOP:
			signal = int(s)
		}
		_ = unix.PtraceSyscall(tid, signal)
	}
}

// stopped looks at a thread that begins or ends a system call.
func (tr *tracer) stopped(pid, tid int) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	if errno, ok := tr.inject[tid]; ok { // its end
		delete(tr.inject, tid)
		regs.Rax = uint64(-int64(errno))
		return unix.PtraceSetRegs(tid, &regs)
	}
	if int64(regs.Rax) != -int64(unix.ENOSYS) {
		return nil // the end of another one
	}
	name, ok := changing[regs.Orig_rax]
	if !ok || name == "openat" && regs.Rdx&unix.O_CREAT == 0 {
		return nil
	}
	errno := 0
	if tr.noExchange && name == "renameat2" {
		errno = int(unix.ENOSYS)
	} else if tr.calls = append(tr.calls, name+"="+word(tid, uintptr(regs.Rsi))); len(tr.calls) == tr.at {
		if tr.errno == 0 {
			return errors.Join(unix.Kill(pid, unix.SIGKILL), unix.ESRCH)
		}
		errno = tr.errno
	}
	if errno == 0 {
		return nil
	}
	tr.inject[tid] = errno
	regs.Orig_rax = ^uint64(0)
	return unix.PtraceSetRegs(tid, &regs)
}

// word reads a name of the traced process; "" if there is none.
func word(tid int, at uintptr) string {
	b := make([]byte, 64)
	n, err := unix.PtracePeekData(tid, at, b)
	if err != nil {
		return ""
	}
	text, _, _ := strings.Cut(string(b[:n]), "\x00")
	if strings.Trim(text, ".abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return text
}

// traced runs a mirror with something done at one call, and returns how it ended and its calls.
func traced(t *testing.T, dir string, at, errno int, fsync, exchange string) (int, []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], dir, fsync, strconv.Itoa(at), strconv.Itoa(errno), exchange)
	cmd.Env = append(os.Environ(), helperEnv+"=tracer")
	out, err := cmd.Output()
	code := cmd.ProcessState.ExitCode()
	if code == 98 || code < 0 {
		t.Fatalf("cannot trace a process here: %v: %s", err, out)
	}
	return code, strings.Fields(string(out))
}

// crashSides has something of everything that replaces something else.
func crashSides(t *testing.T, dir string) mirror.Options {
	t.Helper()
	o := sidesIn(t, dir)
	put(t, o.Source+"changed", "new")
	put(t, o.Target+"changed", "older")
	put(t, o.Source+"private", "secret")
	check(t, os.Chmod(o.Source+"private", 0o600))
	put(t, o.Source+"setuid", "program")
	check(t, os.Lchown(o.Source+"setuid", 12, 34))
	check(t, os.Chmod(o.Source+"setuid", 0o755|fs.ModeSetuid))
	put(t, o.Source+"dir/f", "1")
	put(t, o.Target+"dir", "a file")
	put(t, o.Source+"file", "a file")
	put(t, o.Target+"file/f", "1")
	check(t, os.Symlink("text", o.Source+"link"))
	put(t, o.Target+"link", "a file")
	put(t, o.Source+"hard/1", "1")
	check(t, os.Link(o.Source+"hard/1", o.Source+"hard/2"))
	check(t, os.Chmod(o.Source+"hard", 0o700))
	put(t, o.Target+"extra/f", "1")
	put(t, o.Source+"hard/moved", "1")
	put(t, o.Target+"moved", "1")
	return o
}

// crashBatch is a batch of changes that makes the two sides of crashSides equal.
var crashBatch = []mirror.Op{
	{Kind: event.Move, Path: "moved", Dest: "hard/moved"}, {Kind: event.Modify, Path: "changed"},
	{Kind: event.Create, Path: "private"}, {Kind: event.Attrib, Path: "private"}, {Kind: event.Create, Path: "setuid"},
	{Kind: event.Delete, Path: "dir"}, {Kind: event.Create, Path: "dir/", Tree: true}, {Kind: event.Delete, Path: "file/"},
	{Kind: event.Create, Path: "file"}, {Kind: event.Create, Path: "link"}, {Kind: event.Create, Path: "hard/", Tree: true},
	{Kind: event.Delete, Path: "extra/"}, {Kind: event.Attrib, Path: ""},
}

// holds checks what is true at any time.
func holds(t *testing.T, o mirror.Options, exchange bool) {
	t.Helper()
	either := func(path string, contents ...string) {
		b, err := os.ReadFile(o.Target + path)
		for _, c := range contents {
			if err == nil && string(b) == c || c == "" && err != nil {
				return
			}
		}
		t.Errorf("%s holds %q (%v)", path, b, err)
	}
	either("changed", "older", "new")
	either("private", "secret", "")
	either("setuid", "program", "")
	either("hard/1", "1", "")
	either("hard/2", "1", "")
	for path, was := range map[string]string{"dir": "dir", "file": "file/f", "link": "link"} {
		// Without an exchange the old one has a temporary name for a moment.
		if !exists(o.Target+path) && (exchange || len(temps(t, o.Target)) == 0) {
			t.Errorf("neither the old nor the new %s is there", path)
		} else if info, err := os.Lstat(o.Target + path); err == nil && info.IsDir() && path == "file" && !exists(o.Target+was) {
			t.Error("the old directory is there without what was in it")
		}
	}
	check(t, filepath.WalkDir(o.Target, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		mode := info.Mode()
		name := filepath.Base(path)
		if st := info.Sys().(*syscall.Stat_t); mode&fs.ModeSetuid != 0 && (st.Uid != 12 || !strings.Contains(name, "setuid")) {
			t.Errorf("%s is %v of %d", path, mode, st.Uid)
		}
		if (strings.Contains(name, "private") || name == "hard") && mode&0o077 != 0 {
			t.Errorf("%s is %v", path, mode)
		}
		return nil
	}))
}

// again runs once more, undisturbed, and wants all to be well.
func again(t *testing.T, o mirror.Options) {
	t.Helper()
	tree(t, o)
	check(t, filepath.WalkDir(o.Target, func(path string, _ fs.DirEntry, err error) error {
		if strings.Contains(path, ".lsyncgo-") {
			t.Errorf("%s is left", path)
		}
		return err
	}))
}

// crashRounds is how often all calls are gone through; 0: once, and a third of those of a batch, which are those of a tree for the most part.
func crashRounds() int {
	n, _ := strconv.Atoi(os.Getenv("CRASH_ROUNDS"))
	return n
}

// crashSeed is CRASH_SEED, to have a failure again, or any.
func crashSeed() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("CRASH_SEED"), 10, 64); err == nil {
		return seed
	}
	return rand.Uint64()
}

// crashCalls returns the first call to do something at, and the step to the next one.
func crashCalls(how string, rng *rand.Rand) (first, step int) {
	if how != "apply" || crashRounds() > 0 {
		return 1, 1
	}
	return 1 + rng.IntN(3), 3
}

// TestKilled: a process is killed at each of its calls that change something.
// §9: a copy that is cut off leaves the old or the new.
func TestKilled(t *testing.T) {
	needRoot(t)
	top := mount(t, "")
	for _, how := range []struct{ fsync, exchange string }{{"", ""}, {"fsync", "noexchange"}, {"apply", ""}} {
		seed := crashSeed()
		t.Logf("seed %d %s", seed, how.fsync)
		at, step := crashCalls(how.fsync, rand.New(rand.NewPCG(seed, 0)))
		for ; ; at += step {
			dir := fmt.Sprintf("%s%s%d", top, how.fsync, at)
			check(t, os.Mkdir(dir, 0o755))
			o := crashSides(t, dir)
			code, calls := traced(t, dir, at, 0, how.fsync, how.exchange)
			holds(t, o, how.exchange == "")
			again(t, o)
			if t.Failed() {
				t.Fatalf("%q, killed at call %d: %s", how, at, calls[max(len(calls)-5, 0):])
			}
			if code == mirror.ExitOK {
				if at < 30 {
					t.Errorf("%d calls only: %s", at, calls)
				}
				break
			}
			check(t, os.RemoveAll(dir))
		}
	}
}

// crashErrnos are what calls that change something fail with on disks that are full, broken, or somebody else's, and on NFS.
var crashErrnos = []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EACCES, unix.EPERM, unix.EDQUOT, unix.ESTALE, unix.EINTR}

// TestInjected: each call that changes something fails once, with an error that the seed draws. That is told, or made good.
// CRASH_ROUNDS has more seeds than one.
// §9: a failure is told or made good.
func TestInjected(t *testing.T) {
	needRoot(t)
	for range max(crashRounds(), 1) {
		for _, how := range []string{"", "apply"} {
			seed := crashSeed()
			t.Logf("seed %d %s", seed, how)
			inject(t, how, rand.New(rand.NewPCG(seed, 0)))
		}
	}
}

// inject goes through all calls.
func inject(t *testing.T, how string, rng *rand.Rand) {
	top := mount(t, "")
	at, step := crashCalls(how, rng)
	for ; ; at += step {
		errno := crashErrnos[rng.IntN(len(crashErrnos))]
		dir := fmt.Sprintf("%s%d", top, at)
		check(t, os.Mkdir(dir, 0o755))
		o := crashSides(t, dir)
		code, calls := traced(t, dir, at, int(errno), how, "")
		if code == mirror.ExitOK || !strings.HasPrefix(calls[min(at, len(calls))-1], "unlinkat") {
			holds(t, o, true) // else what could be removed of an old directory was, the rest has its place again
		}
		if code == mirror.ExitOK {
			same(t, o)
		}
		again(t, o)
		if t.Failed() {
			t.Fatalf("%v at call %d: %s: exit %d", errno, at, calls[min(at, len(calls))-1], code)
		}
		if len(calls) < at {
			return
		}
		check(t, os.RemoveAll(dir))
	}
}

// TestFsyncOrder: no file has its name before its data is on the disk, and nothing is done after the last flush.
// §9: with fsync a name tells that the data is on the disk.
func TestFsyncOrder(t *testing.T) {
	needRoot(t)
	dir := t.TempDir()
	o := crashSides(t, dir)
	for i := range 50 {
		put(t, fmt.Sprintf("%smany/%d/%d", o.Source, i%10, i), "data")
	}
	code, calls := traced(t, dir, 0, 0, "fsync", "")
	if code != mirror.ExitOK {
		t.Fatalf("exit %d", code)
	}
	again(t, o)
	opened := map[string]int{} // temporary files, and how many flushes there were when their data had been written
	writing, flushes, named := "", 0, 0
	for _, c := range calls {
		call, name, _ := strings.Cut(c, "=")
		switch call {
		case "openat":
			writing = name
		case "pwrite64":
			opened[writing] = flushes
		case "syncfs":
			flushes++
		case "renameat", "renameat2":
			if at, ok := opened[name]; ok {
				named++
				if at == flushes {
					t.Errorf("%s is renamed before its data is on the disk", name)
				}
			}
		}
	}
	if !strings.HasPrefix(calls[len(calls)-1], "syncfs") || named < 50 {
		t.Errorf("%s comes last; %d files", calls[len(calls)-1], named)
	}
	if flushes < 2 || flushes > 8 {
		t.Errorf("%d flushes for a few files", flushes)
	}
}
