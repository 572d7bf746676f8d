//go:build linux && !portable

package mirror_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/mirror"
)

// §9: TestRefusedLink: a link that one file refuses is a failure of that name, which gets the data by a copy.
func TestRefusedLink(t *testing.T) {
	needRoot(t)
	o := sidesIn(t, mount(t, ""))
	for _, p := range []string{"a", "c"} {
		put(t, o.Source+p, p)
	}
	tree(t, o)
	check(t, os.Link(o.Source+"a", o.Source+"b"))
	check(t, os.Link(o.Source+"c", o.Source+"d"))
	freeze(t, o.Target+"a")
	for name, run := range map[string]func() (mirror.Report, error){
		"apply": func() (mirror.Report, error) {
			return mirror.Apply(context.Background(), o, ops("create b", "create d"))
		},
		"tree": func() (mirror.Report, error) { return mirror.Tree(context.Background(), o, "") },
	} {
		r, err := run()
		if err != nil || r.ExitCode() != mirror.ExitPartial || r.Failed[0].Verb != "link" || !strings.Contains("ab", r.Failed[0].Path) {
			t.Errorf("%s: %v, %+v", name, err, r)
		}
		if read(t, o.Target+"b") != "a" || links(t, o.Target+"d") != 2 {
			t.Errorf("%s: what is not refused was not done", name)
		}
	}
}

func links(t *testing.T, path string) uint64 {
	t.Helper()
	var st unix.Stat_t
	check(t, unix.Lstat(path, &st))
	return uint64(st.Nlink) //nolint:unconvert // the types differ between systems
}

// §9: TestNoLinksAtAll: where no file can have two names, that is said once, and each gets a file of its own.
func TestNoLinksAtAll(t *testing.T) {
	needRoot(t)
	dir := t.TempDir()
	o := sidesIn(t, dir)
	for _, p := range []string{"a", "c"} {
		put(t, o.Source+p, p)
		check(t, os.Link(o.Source+p, o.Source+p+"2"))
	}
	give(t, dir)
	exit, out := asNobody(t, "linkless-tree", dir)
	if exit != mirror.ExitOK || strings.Count(out, "hard links cannot be kept") != 1 {
		t.Errorf("exit %d: %s", exit, out)
	}
	for _, p := range []string{"a2", "c2"} {
		if read(t, o.Target+p) != p[:1] {
			t.Errorf("%s did not arrive", p)
		}
	}
}

// refuseLinks has the kernel answer to all links of this process as a file system that has none.
func refuseLinks() error {
	code := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the system call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_LINKAT, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

func init() {
	helpers["linkless-tree"] = func() int {
		if err := refuseLinks(); err != nil {
			panic(err)
		}
		o := here()
		o.Log = func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
		return report(mirror.Tree(context.Background(), o, ""))
	}
}
