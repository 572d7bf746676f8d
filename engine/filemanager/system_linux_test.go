//go:build !portable

package filemanager_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/fsat/treetest"
)

// mount makes a file system of its own, which two directories are on.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
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

// §1 File manager: across file systems a move copies, verifies and then removes; metadata is kept.
func TestMoveAcross(t *testing.T) {
	src, keep := sides(t)
	dst := mount(t, "size=100m")
	check(t, os.Remove(keep))
	rng := rand.New(rand.NewPCG(1, 2))
	check(t, treetest.RandomTree(rng, src))
	put(t, src+"/single", "1", 0o640)
	r := rule(t, into("move", filepath.Dir(src), dst))
	must(t, rule(t, into("move", src, dst)), src+"/single")
	check(t, exec.Command("cp", "-a", src, keep).Run())
	must(t, r, src)
	if _, err := os.Lstat(src); err == nil {
		t.Error("the source is still there")
	}
	if b, err := os.ReadFile(dst + "/single"); err != nil || string(b) != "1" {
		t.Error(err)
	}
	if diff := treetest.Equal(keep+"/", dst+"/src/", treetest.Options{}); len(diff) > 0 {
		t.Errorf("%.20q", diff)
	}
	names, err := os.ReadDir(dst)
	if err != nil || len(names) != 2 {
		t.Errorf("left behind: %v, %v", names, err)
	}
	for _, name := range hostileNames {
		put(t, keep+"/"+name, name, 0o644)
		must(t, rule(t, into("move", keep, dst+"/hostile", autoCreate)), keep+"/"+name)
		if b, err := os.ReadFile(dst + "/hostile/" + name); err != nil || string(b) != name {
			t.Errorf("%q: %q, %v", name, b, err)
		}
	}
}

// §1 File manager: with the target file system full the error is told and the source stays.
func TestFullTarget(t *testing.T) {
	src, _ := sides(t)
	dst := mount(t, "size=1m")
	put(t, src+"/d/large", strings.Repeat("x", 4<<20), 0o644)
	put(t, src+"/d/small", "1", 0o644)
	before := list(t, src)
	for _, path := range []string{src + "/d", src + "/d/large"} {
		for _, action := range []string{"move", "copy"} {
			refused(t, rule(t, into(action, src, dst, autoCreate)), path, action+" "+path, "no space left", src+"/d/large")
		}
	}
	if after := list(t, src); after != before {
		t.Error("the source changed")
	}
	_ = os.Remove(dst + "/d")
	expect(t, dst, "")
}

// §1 File manager: holes, attributes and ACLs are kept as a mirror keeps them.
func TestKeeps(t *testing.T) {
	src, dst := sides(t)
	put(t, src+"/f", "1", 0o640)
	check(t, os.Truncate(src+"/f", 8<<20))
	check(t, unix.Setxattr(src+"/f", "user.note", []byte("x"), 0))
	check(t, exec.Command("setfacl", "-m", "u:65534:r", src+"/f").Run())
	check(t, os.Lchown(src+"/f", 12, 34))
	must(t, rule(t, into("copy", src, dst)), src+"/f")
	var a, b unix.Stat_t
	check(t, unix.Stat(src+"/f", &a))
	check(t, unix.Stat(dst+"/f", &b))
	if b.Uid != 12 || b.Gid != 34 || a.Mode != b.Mode || a.Size != b.Size || b.Blocks > 64 || a.Mtim != b.Mtim {
		t.Errorf("%+v is a copy of %+v", b, a)
	}
	for _, name := range []string{"user.note", fsat.AccessACL} {
		if x, y := xattr(src+"/f", name), xattr(dst+"/f", name); x == "" || x != y {
			t.Errorf("%s: %q of %q", name, y, x)
		}
	}
}

func xattr(path, name string) string {
	buf := make([]byte, 1000)
	n, err := unix.Lgetxattr(path, name, buf)
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

// capability is the attribute of a program that may use raw sockets: revision 2, effective.
var capability = []byte{1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

// §1 File manager: setuid, setgid and capabilities are dropped unless filemode gives them; user and group hold for the whole tree.
func TestPrivileges(t *testing.T) {
	for _, action := range []string{"move", "copy"} {
		for _, across := range []bool{false, true} {
			src, dst := sides(t)
			if across {
				dst = mount(t, "size=10m")
			}
			tree := func(name string) {
				put(t, src+"/"+name+"/f", "1", 0o755)
				check(t, os.Lchown(src+"/"+name+"/f", 12, 34))
				check(t, unix.Chmod(src+"/"+name+"/f", 0o6755))
				put(t, src+"/"+name+"/cap", "1", 0o755)
				check(t, unix.Setxattr(src+"/"+name+"/cap", fsat.Capability, capability, 0))
				check(t, os.Symlink("f", src+"/"+name+"/l"))
			}
			stat := func(path string) string {
				var st unix.Stat_t
				check(t, unix.Lstat(dst+path, &st))
				return fmt.Sprintf("%o %d:%d %v", st.Mode&0o7777, st.Uid, st.Gid, xattr(dst+path, fsat.Capability) != "")
			}
			tree("plain")
			must(t, rule(t, into(action, src, dst)), src+"/plain")
			tree("owned")
			must(t, rule(t, into(action, src, dst, func(s *filerule.Spec) { s.User, s.Group = 56.0, 78.0 })), src+"/owned")
			tree("given")
			must(t, rule(t, into(action, src, dst, func(s *filerule.Spec) { s.FileMode, s.User = "4711", 56.0 })), src+"/given")
			tree("mode")
			must(t, rule(t, into(action, src, dst, func(s *filerule.Spec) { s.FileMode = "2751" })), src+"/mode")
			for path, want := range map[string]string{
				"/plain/f": "755 12:34 false", "/plain/cap": "755 0:0 false",
				"/owned": "755 56:78 false", "/owned/f": "755 56:78 false", "/owned/cap": "755 56:78 false", "/owned/l": "777 56:78 false",
				"/given/f": "4711 56:34 false", "/given/l": "777 56:0 false",
				"/mode/f": "2751 12:34 false", "/mode/cap": "2751 0:0 false",
			} {
				if got := stat(path); got != want {
					t.Errorf("%s, across %v: %s is %s, want %s", action, across, path, got, want)
				}
			}
			if left := list(t, src); action == "move" && left != "" {
				t.Errorf("left: %s", left)
			}
		}
	}
}

// §1 File manager: an inode that has another name elsewhere gets no owner, no mode and loses nothing: it is copied.
func TestOtherName(t *testing.T) {
	src, dst := sides(t)
	elsewhere := filepath.Dir(src) + "/victim"
	put(t, elsewhere, "1", 0o755)
	check(t, unix.Chmod(elsewhere, 0o4755))
	check(t, os.Link(elsewhere, src+"/f"))
	must(t, rule(t, into("move", src, dst)), src+"/f")
	check(t, os.Link(elsewhere, src+"/g"))
	must(t, rule(t, into("move", src, dst, func(s *filerule.Spec) { s.FileMode, s.User = "0666", 12.0 })), src+"/g")
	var st unix.Stat_t
	check(t, unix.Stat(elsewhere, &st))
	if st.Mode&0o7777 != 0o4755 || st.Uid != 0 || st.Nlink != 1 {
		t.Errorf("the victim is %o of %d with %d names", st.Mode, st.Uid, st.Nlink)
	}
	expect(t, dst, "f -rwxr-xr-x 1\ng -rw-rw-rw- 1")
	// Two names of one file: the move ends with one.
	check(t, os.Link(dst+"/f", src+"/f"))
	must(t, rule(t, into("move", src, dst, overwrite)), src+"/f")
	expect(t, src, "")
	expect(t, dst, "f -rwxr-xr-x 1\ng -rw-rw-rw- 1")
}

func init() { roles["mover"] = mover }

// mover moves all files of a directory until it is killed, the names in the order that a seed gives.
func mover() int {
	src, dst, seed := os.Args[1], os.Args[2], os.Args[3]
	r, errs := filerule.Compile([]filerule.Spec{into("move", src, dst, autoCreate)}, filemanager.SystemIDs)
	if len(errs) > 0 {
		return 3
	}
	if len(os.Args) > 4 {
		// who started this one has done so
	} else if err := filemanager.Recover(context.Background(), []*filerule.Rules{r}, nil, func(f string, a ...any) { fmt.Printf(f+"\n", a...) }); err != nil {
		fmt.Println(err)
		return 4
	}
	names, err := os.ReadDir(src)
	if err != nil {
		return 5
	}
	n, _ := strconv.ParseUint(seed, 10, 64)
	rng := rand.New(rand.NewPCG(n, 1))
	rng.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	fmt.Println("begin")
	for _, e := range names {
		op, ok, err := r.Match(src + "/" + e.Name())
		if !ok {
			continue
		}
		if err == nil {
			err = filemanager.Run(context.Background(), op, nil)
		}
		if err != nil {
			fmt.Println(err)
			return 6
		}
	}
	return 0
}

// §1 File manager: SIGKILL at random moments of moves within a file system and across two: after the next start every file is at exactly one
// place, whole. MOVES_FILES is how many files there are (20,000 in a long run), MOVES_KILLS how often a process is killed, MOVES_SEED repeats a run.
func TestKilled(t *testing.T) {
	files := number(t, "MOVES_FILES", 200)
	most := int(number(t, "MOVES_KILLS", 8))
	seed := number(t, "MOVES_SEED", time.Now().UnixNano())
	t.Logf("MOVES_SEED=%d", seed)
	for _, across := range []bool{false, true} {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		src, dst := sides(t)
		if across {
			dst = mount(t, "") + "/dst"
			check(t, os.Mkdir(dst, 0o755))
		}
		want := map[string]string{}
		for i := range files {
			name := fmt.Sprintf("%d", i)
			content := strings.Repeat(fmt.Sprintf("%06d\n", i), 585)
			if i%20 == 0 { // a tree
				for _, f := range []string{"/d/a", "/d/b", "/c"} {
					want[name+f] = content
					put(t, src+"/"+name+f, content, 0o644)
				}
				continue
			}
			want[name] = content
			put(t, src+"/"+name, content, 0o644)
		}
		kills, known := 0, seen{}
		for {
			out, killed := killedMover(t, rng, src, dst, kills < most)
			if !killed {
				if out != "begin\n" && !strings.Contains(out, "finished") {
					t.Logf("%s", out)
				}
				break
			}
			kills++
			r := rule(t, into("move", src, dst))
			check(t, filemanager.Recover(context.Background(), []*filerule.Rules{r}, nil, func(f string, a ...any) { t.Logf(f, a...) }))
			known.places(t, src, dst, want)
		}
		t.Logf("across %v: %d kills", across, kills)
		places(t, src, dst, want)
		if left := list(t, src); left != "" {
			t.Errorf("left: %.200s", left)
		}
	}
}

func number(t *testing.T, env string, otherwise int64) int64 {
	t.Helper()
	s := os.Getenv(env)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(s, 10, 64)
	check(t, err)
	return n
}

// killedMover starts a mover and, if it is to be killed, does that at a random moment if it is not done before.
func killedMover(t *testing.T, rng *rand.Rand, src, dst string, kill bool) (out string, killed bool) {
	t.Helper()
	var b bytes.Buffer
	cmd := exec.Command(os.Args[0], src, dst, fmt.Sprint(rng.Uint64()), "recovered")
	cmd.Env = append(os.Environ(), roleEnv+"=mover")
	pipe, err := cmd.StdoutPipe()
	check(t, err)
	cmd.Stderr = cmd.Stdout
	check(t, cmd.Start())
	line := make([]byte, 1)
	for {
		n, err := pipe.Read(line)
		if n > 0 {
			b.Write(line)
		}
		if err != nil || bytes.HasSuffix(b.Bytes(), []byte("begin\n")) {
			break
		}
	}
	ctx, cancel := context.Background(), func() {}
	if kill {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(rng.Int64N(int64(12*time.Millisecond))))
	}
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, _ = b.ReadFrom(pipe)
		ended <- cmd.Wait()
	}()
	select {
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		err = <-ended
	case err = <-ended:
	}
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL {
		return b.String(), true
	}
	if err != nil {
		t.Fatalf("the mover: %v: %s", err, b.String())
	}
	return b.String(), false
}

// places looks that each file is at one place, whole, and that nothing else is there.
func places(t *testing.T, src, dst string, want map[string]string) {
	t.Helper()
	seen{}.places(t, src, dst, want)
}

// seen are files that were read already, by path, as they were then.
type seen map[string]unix.Stat_t

// places is the function, which does not read a file again that nobody has touched.
func (s seen) places(t *testing.T, src, dst string, want map[string]string) {
	t.Helper()
	found := map[string]int{}
	for _, side := range []string{src, dst} {
		check(t, filepath.WalkDir(side, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			rel := path[len(side)+1:]
			found[rel]++
			var st unix.Stat_t
			if err := unix.Lstat(path, &st); err != nil {
				return err
			}
			if was := s[path]; was.Ino == st.Ino && was.Ctim == st.Ctim && was.Size == st.Size {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if text, ok := want[rel]; !ok || text != string(b) {
				t.Errorf("%s: %d bytes, expected %v", path, len(b), ok)
			}
			s[path] = st
			return nil
		}))
	}
	for name := range want {
		if found[name] != 1 {
			t.Errorf("%s is at %d places", name, found[name])
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// countdown is a context that is cancelled when it was asked so often.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// §1 File manager, exit: a move across file systems that is cancelled at any point leaves every file whole; what it has published is
// finished at the next start, and nothing else is left.
func TestCancelled(t *testing.T) {
	top := t.TempDir()
	across := mount(t, "")
	want := map[string]string{"d/a": "1", "d/sub/b": "2", "d/sub/c": "3"}
	finished := 0
	for n := 0; ; n++ {
		src, dst := fmt.Sprint(top, "/", n), fmt.Sprint(across, "/", n)
		check(t, os.Mkdir(dst, 0o755))
		for name, content := range want {
			put(t, src+"/"+name, content, 0o644)
		}
		op, _, err := rule(t, into("move", src, dst)).Match(src + "/d")
		check(t, err)
		err = filemanager.Run(&countdown{context.Background(), n}, op, nil)
		if err == nil {
			places(t, src, dst, want)
			break
		}
		if left, err := os.ReadDir(dst); err != nil || len(left) > 0 {
			cmd := exec.Command(os.Args[0], src, dst, "1")
			cmd.Env = append(os.Environ(), roleEnv+"=mover")
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "finished") {
				t.Errorf("cancelled at %d, the next start: %v, %s", n, err, out)
			}
			finished++
		}
		places(t, src, dst, want)
	}
	if finished == 0 {
		t.Error("no move was cancelled after its copy was published")
	}
}

// §1 File manager: auto_create, owner from the first created one down; without dirmode the umask decides.
func TestAutoCreateOwner(t *testing.T) {
	src, dst := sides(t)
	defer unix.Umask(unix.Umask(0o027))
	put(t, src+"/a/b/f", "1", 0o644)
	must(t, rule(t, into("copy", src, dst+"/first", autoCreate)), src+"/a/b/f")
	must(t, rule(t, into("copy", src, dst+"/second", autoCreate, func(s *filerule.Spec) { s.User, s.Group = 12.0, 34.0 })), src+"/a/b/f")
	for path, want := range map[string]string{
		"": "755 0:0", "/first": "750 0:0", "/first/a/b": "750 0:0", "/second": "750 12:34", "/second/a/b": "750 12:34", "/second/a/b/f": "644 12:34",
	} {
		var st unix.Stat_t
		check(t, unix.Lstat(dst+path, &st))
		if got := fmt.Sprintf("%o %d:%d", st.Mode&0o7777, st.Uid, st.Gid); got != want {
			t.Errorf("%q is %s, want %s", path, got, want)
		}
	}
}

// interrupted is a context that does something when it was asked so often.
type interrupted struct {
	context.Context
	left int
	do   func()
}

func (c *interrupted) Err() error {
	if c.left--; c.left == 0 {
		c.do()
	}
	return nil
}

// §1 File manager: a file that is written while it is moved is not lost, and what appears at the destination meanwhile is not replaced.
func TestMeanwhile(t *testing.T) {
	top := t.TempDir()
	across := mount(t, "")
	for _, base := range []string{top, across} {
		for _, other := range []string{"written", "appears"} {
			for _, name := range []string{"f", "d/f"} {
				for n := 1; meanwhile(t, top, base, other, name, n); n++ {
				}
			}
		}
	}
}

// meanwhile moves a file, or the directory that it is in, and has something happen when the move looks for the n-th time whether it is
// cancelled. It returns false if it looks less often.
func meanwhile(t *testing.T, top, base, other, name string, n int) bool {
	t.Helper()
	id := fmt.Sprint(other, len(name), n, base == top)
	src, dst := top+"/src"+id, base+"/dst"+id
	check(t, os.Mkdir(dst, 0o755))
	put(t, src+"/"+name, "old", 0o644)
	moved, _, _ := strings.Cut(name, "/")
	path, flags := src+"/"+name, os.O_WRONLY
	if other == "appears" {
		path, flags = dst+"/"+moved, os.O_WRONLY|os.O_CREATE|os.O_EXCL
	}
	op, _, err := rule(t, into("move", src, dst)).Match(src + "/" + moved)
	check(t, err)
	written := false
	ctx := &interrupted{context.Background(), n, func() {
		if f, err := os.OpenFile(path, flags, 0o644); err == nil {
			_, err = f.WriteString("new!")
			written = errors.Join(err, f.Close()) == nil
		}
	}}
	err = filemanager.Run(ctx, op, nil)
	text := list(t, src) + list(t, dst)
	lost := written && !strings.Contains(text, "new!") || (!written || other == "appears") && !strings.Contains(text, "old")
	if lost || other == "appears" && written == (err == nil) || strings.Contains(text, ".lsyncgo-") {
		t.Errorf("%s %s at %d, across %v: %v\n%s", name, other, n, base != top, err, text)
	}
	return ctx.left <= 0
}
