//go:build !portable

package filemanager_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/failure"
	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
)

func init() {
	roles["leaver"] = func() int {
		if len(os.Args) == 3 {
			if err := filemanager.LeaveAside(os.Args[1], os.Args[2]); err != nil {
				fmt.Println(err)
				return 1
			}
			return 0
		}
		return leaver(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	}
}

// leaver moves path by a rule, and ends when it has looked n times whether it is to.
func leaver(srcRe, dstRe, path, n string) int {
	r, errs := filerule.Compile([]filerule.Spec{{Action: "move", SrcRe: srcRe, DstRe: dstRe}}, filemanager.SystemIDs)
	count, err := strconv.Atoi(n)
	if len(errs) > 0 || err != nil {
		fmt.Println(errs, err)
		return 1
	}
	op, _, err := r.Match(path)
	if err == nil {
		err = filemanager.Run(&countdown{context.Background(), count}, op, nil)
	}
	fmt.Print(err)
	return 0
}

func asLeaver(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), roleEnv+"=leaver")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// looks is how often the last process that leave started had looked.
var looks int

// leave moves src/d to dst as a process that is killed when the copy is published and the source is not removed.
func leave(t *testing.T, srcRe, dstRe, src, dst string) {
	t.Helper()
	for n := max(1, looks); ; n++ {
		looks = n
		check(t, os.RemoveAll(dst))
		check(t, os.MkdirAll(dst, 0o755))
		put(t, src+"/d/a", "1", 0o644)
		put(t, src+"/d/sub/b", "2", 0o644)
		out := asLeaver(t, srcRe, dstRe, src+"/d", fmt.Sprint(n))
		if out == "<nil>" {
			t.Fatal("no move was cancelled after its copy was published")
		}
		if _, err := os.Stat(dst + "/d"); err == nil {
			return
		}
	}
}

const whole = "d drwxr-xr-x\nd/a -rw-r--r-- 1\nd/sub drwxr-xr-x\nd/sub/b -rw-r--r-- 2"

func recoverNow(t *testing.T, r *filerule.Rules, watched ...string) {
	t.Helper()
	check(t, filemanager.Recover(context.Background(), []*filerule.Rules{r}, watched, func(f string, a ...any) { t.Logf(f, a...) }))
}

// §1 File manager: what is at the source of an interrupted move is removed only if it is what was copied, the copy is where it was put, and a
// rule would still move it there.
func TestRecoverLooks(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(src, dst string)
		rule     func(*filerule.Spec)
		src, dst string
	}{
		"nothing":   {src: "", dst: whole},
		"rule":      {rule: func(s *filerule.Spec) { s.Action = "copy" }, dst: whole},
		"elsewhere": {rule: func(s *filerule.Spec) { s.DstRe = s.DstRe + ".x" }, dst: whole},
		"source": {change: func(src, _ string) { // the same again
			check(t, os.Rename(src+"/d", src+"/old"))
			check(t, exec.Command("cp", "-a", src+"/old", src+"/d").Run())
			check(t, os.RemoveAll(src+"/old"))
		}, dst: whole},
		"copy": {change: func(_, dst string) {
			check(t, os.Rename(dst+"/d", dst+"/old"))
			check(t, exec.Command("cp", "-a", dst+"/old", dst+"/d").Run())
			check(t, os.RemoveAll(dst+"/old"))
		}, dst: whole},
		"content": {change: func(src, _ string) { put(t, src+"/d/a", "new", 0o644) }, src: "d drwxr-xr-x\nd/a -rw-r--r-- new", dst: whole},
	} {
		src, _ := sides(t)
		dst := mount(t, "size=10m") + "/dst"
		leave(t, "^"+src+"/(.*)$", dst+`/\1`, src, dst)
		want := list(t, src)
		if name == "nothing" || name == "content" {
			want = c.src
		}
		if c.change != nil {
			c.change(src, dst)
		}
		spec := into("move", src, dst)
		spec.SrcRe = "^" + src + "/(.*)$"
		if c.rule != nil {
			c.rule(&spec)
		}
		err := filemanager.Recover(context.Background(), []*filerule.Rules{rule(t, spec)}, nil, func(string, ...any) {})
		if (err != nil) != (name == "content") {
			t.Errorf("%s: %v", name, err)
		}
		if got := list(t, src); got != want {
			t.Errorf("%s: left at the source:\n%s\nwant\n%s", name, got, want)
		}
		if got := list(t, dst); got != c.dst {
			t.Errorf("%s: at the destination:\n%s\nwant\n%s", name, got, c.dst)
		}
	}
}

// §1 File manager: a rule that can lead anywhere has the watched directories looked through, and before the first operation in a
// directory that one.
func TestRecoverAnywhere(t *testing.T) {
	base := mount(t, "size=10m")
	src, dst := base+"/src", base+"/dst"
	other := mount(t, "size=10m")
	check(t, os.Mkdir(src, 0o755))
	check(t, os.Mkdir(dst, 0o755))
	check(t, unix.Mount(other, dst, "", unix.MS_BIND, ""))
	t.Cleanup(func() { check(t, unix.Unmount(dst, 0)) })
	srcRe, dstRe := "^(.*)/src/(.*)$", `\1/dst/in/\2`
	spec := filerule.Spec{Action: "move", SrcRe: srcRe, DstRe: dstRe}

	leave(t, srcRe, dstRe, src, dst+"/in")
	recoverNow(t, rule(t, spec)) // "/" is not searched
	if list(t, src) == "" {
		t.Error("it was found")
	}
	recoverNow(t, rule(t, spec), base)
	expect(t, src, "")
	expect(t, dst+"/in", whole)

	leave(t, srcRe, dstRe, src, dst+"/in")
	put(t, src+"/f", "3", 0o644)
	r := rule(t, spec)
	op, _, err := r.Match(src + "/f")
	check(t, err)
	var out bytes.Buffer
	if code := filemanager.Job(op, r).Run(context.Background(), &out); code != failure.OK || !strings.Contains(out.String(), "finished") {
		t.Errorf("%d: %s", code, &out)
	}
	expect(t, src, "")
	expect(t, dst+"/in", whole+"\nf -rw-r--r-- 3")
}

// §1 File manager, HUP: trees of a new config are looked through as well, each once in the life of a process.
func TestRecoverJobOnce(t *testing.T) {
	_, first := sides(t)
	_, second := sides(t)
	left := "/.x.lsyncgo-0123456700000001" // of no process
	recoverJob := func(dirs ...string) {
		t.Helper()
		var rules []*filerule.Rules
		for _, dir := range dirs {
			rules = append(rules, rule(t, into("copy", "/src", dir)))
		}
		var out bytes.Buffer
		if code := filemanager.RecoverJob(rules, nil).Run(context.Background(), &out); code != failure.OK {
			t.Errorf("%d: %s", code, &out)
		}
	}
	put(t, first+left, "1", 0o600)
	recoverJob(first)
	expect(t, first, "")
	put(t, first+left, "2", 0o600)
	put(t, second+left, "3", 0o600)
	recoverJob(first, second)
	expect(t, first, left[1:]+" -rw------- 2")
	expect(t, second, "")
}

// §1 File manager: a directory that made room when the process was killed is back, unless the new one has its name.
func TestRecoverAside(t *testing.T) {
	for _, there := range []bool{false, true} {
		_, dst := sides(t)
		put(t, dst+"/d/f", "old", 0o644)
		asLeaver(t, dst, "d")
		want := "d drwxr-xr-x\nd/f -rw-r--r-- old"
		if there {
			put(t, dst+"/d/f", "new", 0o644)
			want = "d drwxr-xr-x\nd/f -rw-r--r-- new"
		}
		recoverNow(t, rule(t, into("move", "/src", dst)))
		expect(t, dst, want)
	}
}

// §1 File manager: what is one file with several names in a directory is that in its copy, and nothing else is.
func TestHardLinks(t *testing.T) {
	for _, action := range []string{"move", "copy"} {
		src, _ := sides(t)
		dst := mount(t, "size=10m")
		put(t, src+"/d/a", "1", 0o644)
		put(t, src+"/d/sub/deep/x", "2", 0o644)
		put(t, src+"/outside", "3", 0o644)
		check(t, os.Symlink("nowhere", src+"/d/l"))
		for of, name := range map[string]string{"/d/a": "/d/sub/b", "/d/sub/deep/x": "/d/x", "/outside": "/d/o", "/d/l": "/d/sub/l"} {
			check(t, os.Link(src+of, src+name))
		}
		check(t, os.Link(src+"/d/a", src+"/d/sub/c"))
		must(t, rule(t, into(action, src, dst, func(s *filerule.Spec) { s.FileMode, s.User = "0640", 12.0 })), src+"/d")
		names := map[uint64]string{}
		for _, name := range []string{"/d/a", "/d/sub/b", "/d/sub/c", "/d/sub/deep/x", "/d/x", "/d/o", "/d/l", "/d/sub/l"} {
			var st unix.Stat_t
			check(t, unix.Lstat(dst+name, &st))
			names[st.Ino] += name
			if st.Uid != 12 || st.Mode&unix.S_IFMT == unix.S_IFREG && st.Mode&0o777 != 0o640 {
				t.Errorf("%s is %o of %d", name, st.Mode, st.Uid)
			}
		}
		groups := map[string]bool{}
		for _, group := range names {
			groups[group] = true
		}
		for _, group := range []string{"/d/a/d/sub/b/d/sub/c", "/d/sub/deep/x/d/x", "/d/o", "/d/l/d/sub/l"} {
			if !groups[group] {
				t.Errorf("%s: no inode has the names %s, but %v", action, group, groups)
			}
		}
		if b, err := os.ReadFile(dst + "/d/x"); err != nil || string(b) != "2" {
			t.Errorf("%q, %v", b, err)
		}
	}
}

// §1 File manager: FIFOs and devices are moved as what they are and never opened; a socket cannot be copied, nor can anything to a file system
// that is read-only: the error says so, and the source stays.
func TestSpecialSources(t *testing.T) {
	src, near := sides(t)
	far, readonly := mount(t, "size=1m"), mount(t, "size=1m")
	check(t, unix.Mount("tmpfs", readonly, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	for _, dst := range []string{near, far} {
		check(t, unix.Mkfifo(src+"/fifo", 0o640))
		check(t, unix.Mknod(src+"/null", unix.S_IFCHR|0o604, int(unix.Mkdev(1, 3))))
		for _, name := range []string{"/fifo", "/null"} {
			must(t, rule(t, into("move", src, dst)), src+name)
		}
		var st unix.Stat_t
		check(t, unix.Lstat(dst+"/null", &st))
		if st.Mode != unix.S_IFCHR|0o604 || st.Rdev != unix.Mkdev(1, 3) {
			t.Errorf("the device is %o, %x", st.Mode, st.Rdev)
		}
		check(t, unix.Lstat(dst+"/fifo", &st))
		if st.Mode != unix.S_IFIFO|0o640 {
			t.Errorf("the fifo is %o", st.Mode)
		}
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	check(t, err)
	defer unix.Close(fd)
	t.Chdir(src) // the path may be longer than a socket's
	check(t, unix.Bind(fd, &unix.SockaddrUnix{Name: "socket"}))
	put(t, src+"/f", "1", 0o644)
	refused(t, rule(t, into("move", src, far)), src+"/socket", "a socket cannot be copied")
	refused(t, rule(t, into("move", src, readonly)), src+"/f", "read-only file system")
	must(t, rule(t, into("move", src, near)), src+"/socket")
	expect(t, src, "f -rw-r--r-- 1")
	expect(t, readonly, "")
	if list, err := os.ReadDir(far); err != nil || len(list) != 2 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}
