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
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
	"lsyncgo/engine/usertest"
)

const (
	nobody = 54321
	evil   = "EVIL: bytes of the user"
	secret = "SECRET of the superuser"
)

func init() { roles["racer"] = racer }

// §1 File manager: what leaves the tree by a race between check and use is refused. A user who owns a directory on both sides puts links,
// files and directories in the place of each other while root moves and copies. Nothing outside the trees changes, he reads nothing that he
// could not read, no file of root's has his bytes, and none at the destination is setuid. RACE_SECONDS is for how long, RACE_SEED repeats a run.
func TestRace(t *testing.T) {
	top := t.TempDir()
	across := mount(t, "size=50m")
	check(t, os.Chmod(across, 0o755))
	src, dst := top+"/src", top+"/dst"
	for _, d := range []string{src, dst, across, top + "/victim"} {
		hostile(t, d+"/u")
	}
	check(t, os.Symlink(across, top+"/across")) // for the user, who is told one directory
	before := portrait(t, top+"/victim")
	seed := number(t, "RACE_SEED", time.Now().UnixNano())
	t.Logf("RACE_SEED=%d", seed)
	check(t, os.WriteFile(top+"/seed", []byte(fmt.Sprint(seed)), 0o644))
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(number(t, "RACE_SECONDS", 1))*time.Second)
	defer cancel()
	done := make(chan [2]int)
	go func() {
		ok, failed := operate(ctx, src, dst, across)
		_ = os.WriteFile(top+"/stop", nil, 0o644)
		done <- [2]int{ok, failed}
	}()
	code, out := asNobody(t, top)
	counts := <-done
	t.Logf("%d operations done, %d refused; %s", counts[0], counts[1], out)
	if code != 0 || counts[0] == 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	if after := portrait(t, top+"/victim"); after != before {
		t.Errorf("the victim was\n%s and is\n%s", before, after)
	}
	for _, d := range []string{dst, across} {
		judge(t, d)
	}
}

// operate carries out operations of all kinds until ctx ends.
func operate(ctx context.Context, src, dst, across string) (ok, failed int) {
	mode := func(s *filerule.Spec) { s.FileMode, s.DirMode = "0600", "0700" }
	user := func(s *filerule.Spec) { s.User = float64(nobody + 1) }
	var sets []*filerule.Rules
	for _, spec := range []filerule.Spec{
		into("move", src, dst, overwrite, autoCreate), into("copy", src, dst, overwrite), into("move", src, across, overwrite, mode),
		into("move", dst, src, overwrite, mode), into("move", src, across, overwrite, autoCreate), into("copy", src, across, overwrite, user),
		into("move", across, src, overwrite), into("delete", dst, "", rec), into("move", src, dst, overwrite, user),
	} {
		r, errs := filerule.Compile([]filerule.Spec{spec}, filemanager.SystemIDs)
		if len(errs) > 0 {
			return 0, 0
		}
		sets = append(sets, r)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	names := []string{"own", "suid", "dir", "link", "a", "b", "dir/f", "link/f", "a/f", "../victim/u/own"}
	for ctx.Err() == nil {
		name := "/u/" + names[rng.IntN(len(names))]
		for _, side := range []string{src, dst, across} {
			op, matched, err := sets[rng.IntN(len(sets))].Match(side + name)
			switch {
			case err == nil && !matched:
			case err == nil && filemanager.Run(ctx, op, nil) == nil:
				ok++
			default:
				failed++
			}
		}
	}
	return ok, failed
}

// hostile makes nobody's directory u with his things, and one of root's.
func hostile(t *testing.T, u string) {
	t.Helper()
	for name, mode := range map[string]os.FileMode{"own": 0o644, "suid": 0o755, "dir/f": 0o644, "a": 0o600} {
		put(t, u+"/"+name, evil, mode)
	}
	check(t, filepath.WalkDir(u, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	}))
	check(t, unix.Chmod(u+"/suid", 0o6755))
	put(t, u+"/b", secret, 0o600)
	if filepath.Base(filepath.Dir(u)) == "victim" {
		check(t, filepath.WalkDir(u, func(path string, _ fs.DirEntry, err error) error { return errors.Join(err, os.Lchown(path, 0, 0)) }))
	}
}

// portrait tells everything of a tree that a change would show in. A name more is no change, since anybody can make one.
func portrait(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	check(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		var st unix.Stat_t
		err = errors.Join(err, unix.Lstat(path, &st))
		fmt.Fprintf(&b, "%s %o %d %d %d %v\n", path, st.Mode, st.Uid, st.Gid, st.Size, st.Mtim)
		return err
	}))
	return b.String()
}

// judge looks at what is in a destination.
func judge(t *testing.T, dir string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		switch {
		case err != nil:
			return err
		case st.Uid == 0 && bytes.Contains(b, []byte("EVIL")):
			t.Errorf("%s of root, mode %o, holds %q", path, st.Mode, b)
		case st.Uid == nobody && bytes.Contains(b, []byte("SECRET")):
			t.Errorf("%s of %d holds %q", path, st.Uid, b)
		case st.Uid != nobody && st.Mode&0o6000 != 0:
			t.Errorf("%s of %d has the mode %o", path, st.Uid, st.Mode)
		}
		return nil
	}))
}

// asNobody runs the racer as a user without privileges.
func asNobody(t *testing.T, dir string) (code int, out string) {
	t.Helper()
	self := filepath.Join(t.TempDir(), "self")
	usertest.CopySelf(t, self)
	for _, path := range []string{self, dir} {
		for d := path; d != "/"; d = filepath.Dir(d) {
			if info, err := os.Stat(d); err == nil && info.Mode()&0o005 != 0o005 && strings.HasPrefix(d, os.TempDir()+"/") {
				check(t, os.Chmod(d, 0o755))
			}
		}
	}
	cmd := exec.Command(self)
	cmd.Dir = dir
	cmd.Env = []string{roleEnv + "=racer"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	b, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

// racer is what the user does until there is a file "stop": it returns 1 if he could read what he must not.
func racer() int {
	var seed uint64
	text, _ := os.ReadFile("seed")
	_, _ = fmt.Sscan(string(text), &seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	found := map[string]bool{}
	done := 0
	for ; ; done++ {
		u := [3]string{"src/u/", "dst/u/", "across/u/"}[rng.IntN(3)]
		provoke(rng, u)
		if done%8 != 0 {
			continue
		}
		for _, d := range []string{"src/u", "dst/u", "across/u/."} {
			spy(d, found)
		}
		if _, err := os.Lstat("stop"); err == nil {
			break
		}
	}
	fmt.Printf("%d changes by the user\n", done)
	for what := range found {
		fmt.Println("he read", what)
	}
	return min(len(found), 1)
}

// provoke does one thing that a user may do in his directory.
func provoke(rng *rand.Rand, u string) {
	names := []string{"own", "suid", "dir", "link", "a", "b", "new"}
	if list, err := os.ReadDir(u); err == nil && len(list) > 0 && rng.IntN(2) == 0 {
		names = append(names, list[rng.IntN(len(list))].Name(), list[rng.IntN(len(list))].Name()) // temporary ones, too
	}
	pick := func() string { return u + names[rng.IntN(len(names))] }
	a, b := pick(), pick()
	switch rng.IntN(9) {
	case 0, 1, 2:
		_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	case 3:
		_ = os.Remove(a)
		_ = os.Symlink("../../victim/u", a)
	case 4:
		_ = os.WriteFile(u+"new", []byte(evil), 0o644)
		_ = unix.Chmod(u+"new", 0o6755)
		_ = os.Rename(u+"new", a)
	case 5:
		_ = os.Link(u+"own", u+"a")
		_ = os.Link("victim/u/own", u+"b")
	case 6:
		_ = os.Mkdir(u+"dir", 0o755)
		_ = os.WriteFile(u+"dir/f", []byte(evil), 0o4755)
	case 7:
		_ = os.Chmod(u, [2]os.FileMode{0o755, 0o777}[rng.IntN(2)])
	case 8:
		_ = os.Rename(a, b)
	}
}

// spy reads what the user can, and notes what he must not be able to.
func spy(dir string, found map[string]bool) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil //nolint:nilerr // it is gone
		}
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		if err != nil {
			return nil //nolint:nilerr // as it should be
		}
		defer func() { _ = unix.Close(fd) }()
		buf := make([]byte, 100)
		if n, _ := unix.Read(fd, buf); n > 0 && bytes.Contains(buf[:n], []byte("SECRET")) {
			found[path] = true
		}
		return nil
	})
}
