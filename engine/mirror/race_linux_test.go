//go:build linux && !portable

package mirror_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/mirror"
)

// What the trees of TestRace hold. All have one length, so that they pass the quick check for each other.
const (
	evil    = "EVIL: bytes of the user"
	secret  = "SECRET of the superuser"
	trusted = "TRUSTED program of root"
	public  = "public text by the root"
)

func init() { helpers["race"] = race }

// §9: TestRace: a user who owns a directory on both sides puts files, links and directories in the place of each other
// as fast as he can while root mirrors it. He gets no file of another owner with his bytes, no content that he could not
// read, and no change outside the trees. RACE_SECONDS is for how long, RACE_SEED repeats a run.
func TestRace(t *testing.T) {
	needRoot(t)
	top := t.TempDir()
	o := sidesIn(t, top)
	for _, d := range []string{o.Source, o.Target} {
		hostile(t, d+"u/")
	}
	hostile(t, top+"/victim/")
	check(t, os.Lchown(top+"/victim", 0, 0))
	before := portrait(t, top+"/victim")
	lasts := 3 * time.Second
	if s := os.Getenv("RACE_SECONDS"); s != "" {
		d, err := time.ParseDuration(s + "s")
		check(t, err)
		lasts = d
	}
	seed := os.Getenv("RACE_SEED")
	if seed == "" {
		seed = fmt.Sprint(time.Now().UnixNano())
	}
	t.Logf("RACE_SEED=%s", seed)
	check(t, os.WriteFile(top+"/seed", []byte(seed), 0o644))

	ctx, cancel := context.WithTimeout(context.Background(), lasts)
	defer cancel()
	mirrored := make(chan int)
	go func() {
		runs := 0
		for ctx.Err() == nil {
			if runs%3 == 0 {
				_, _ = mirror.Tree(ctx, o, "")
			} else {
				_, _ = mirror.Apply(ctx, o, ops("tree u/", "modify u/suid", "attrib u/own", "move u/priv/ > u/dir/", "attrib u/dir/"))
			}
			runs++
		}
		check(t, os.WriteFile(top+"/stop", nil, 0o644))
		mirrored <- runs
	}()
	exit, out := asNobody(t, "race", top)
	t.Logf("%d runs; %s", <-mirrored, out)
	if exit != 0 {
		t.Errorf("exit %d", exit)
	}
	if after := portrait(t, top+"/victim"); after != before {
		t.Errorf("the victim was\n%s and is\n%s", before, after)
	}
	for _, d := range []string{o.Source, o.Target} {
		judgeOwners(t, d)
	}
	// What he leaves is mirrored as anything else.
	_, err := mirror.Tree(context.Background(), o, "")
	check(t, err)
	judgeOwners(t, o.Target)
}

// hostile makes nobody's directory u with his things, and with others that root has put there.
func hostile(t *testing.T, u string) {
	t.Helper()
	at := func(name, content string, uid int, mode uint32) {
		put(t, u+name, content)
		check(t, os.Lchown(u+name, uid, uid))
		check(t, unix.Chmod(u+name, mode))
		check(t, os.Chtimes(u+name, old, old))
	}
	at("own", evil, nobody, 0o644)
	at("suid", trusted, 0, 0o6755)
	at("shadow", secret, 0, 0o600)
	at("priv/inner", secret, 0, 0o644)
	at("priv/deep/inner", secret, 0, 0o644)
	at("public", public, 0, 0o644)
	at("pub/inner", public, 0, 0o644)
	at("pub/deep/inner", public, 0, 0o644)
	at("dir/inner", evil, nobody, 0o644)
	at("dir/deep/inner", evil, nobody, 0o644)
	check(t, os.Chmod(u+"priv", 0o700))
	check(t, os.Lchown(u+"dir", nobody, nobody))
	check(t, os.Lchown(u+"dir/deep", nobody, nobody))
	check(t, os.Symlink("trusted", u+"root-link"))
	check(t, os.Symlink(evil, u+"link"))
	check(t, os.Lchown(u+"link", nobody, nobody))
	check(t, unix.Mkfifo(u+"fifo", 0o600))
	check(t, os.Lchown(u, nobody, nobody))
}

// portrait tells everything of a tree that a change would show in.
func portrait(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	check(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		var st unix.Stat_t
		err = errors.Join(err, unix.Lstat(path, &st))
		fmt.Fprintf(&b, "%s %o %d %d %d %v %v\n", path, st.Mode, st.Uid, st.Gid, st.Nlink, st.Mtim, st.Ctim)
		return err
	}))
	return b.String()
}

// judgeOwners finds bytes of one user in files of another.
func judgeOwners(t *testing.T, dir string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		text := ""
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG:
			text = read(t, path)
		case unix.S_IFLNK:
			text, _ = os.Readlink(path)
		}
		switch {
		case st.Uid == 0 && strings.Contains(text, "EVIL"):
			t.Errorf("%s of root, mode %o, holds %q", path, st.Mode, text)
		case st.Uid != 0 && (strings.Contains(text, "SECRET") || strings.Contains(text, "TRUSTED")):
			t.Errorf("%s of %d holds %q", path, st.Uid, text)
		case st.Mode&0o6000 != 0 && st.Mode&unix.S_IFMT == unix.S_IFREG && st.Uid == 0 && text != trusted:
			t.Errorf("%s, mode %o, holds %q", path, st.Mode, text)
		}
		return nil
	}))
}

// race is what the user does until there is a file "stop": it returns 1 if he could read what he must not.
func race() int {
	var seed uint64
	text, _ := os.ReadFile("seed")
	_, _ = fmt.Sscan(string(text), &seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	done, found := 0, map[string]bool{}
	for ; ; done++ {
		side := [2]string{"source/u/", "target/u/"}[rng.IntN(2)]
		provoke(rng, side)
		if done%8 == 0 {
			spy("target", found)
			if _, err := os.Lstat("stop"); err == nil {
				break
			}
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
	names := []string{"own", "suid", "shadow", "priv", "dir", "public", "pub", "root-link", "link", "fifo", "a", "b", "c"}
	if list, err := os.ReadDir(u); err == nil && len(list) > 0 && rng.IntN(2) == 0 {
		names = append(names, list[rng.IntN(len(list))].Name(), list[rng.IntN(len(list))].Name()) // temporary ones, too
	}
	pick := func() string { return u + names[rng.IntN(len(names))] }
	a, b := pick(), pick()
	switch rng.IntN(12) {
	case 0, 1, 2, 3, 4:
		_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	case 5:
		_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, u+"spare", unix.RENAME_NOREPLACE)
		_ = os.Symlink("../../victim", a)
	case 6:
		_ = os.WriteFile(u+"new", []byte(evil), 0o644)
		_ = os.Chtimes(u+"new", old, old)
		_ = os.Rename(u+"new", u+[3]string{"a", "b", "own"}[rng.IntN(3)])
	case 7:
		_ = os.Link(u+"own", u+"c")
	case 8:
		_ = os.Symlink(evil, u+"new")
		_ = os.Rename(u+"new", u+"link")
	case 9:
		// Whoever is named gets a right in what is made here.
		_ = unix.Setxattr(u, "system.posix_acl_default", aclFor(nobody), 0)
	case 10:
		_ = unix.Removexattr(u, "system.posix_acl_default")
		_ = os.Chmod(u, [2]os.FileMode{0o755, 0o777}[rng.IntN(2)])
	case 11:
		_ = os.Mkdir(u+"dir/made", 0o755)
		_ = unix.Renameat2(unix.AT_FDCWD, u+"dir/deep", unix.AT_FDCWD, a, unix.RENAME_EXCHANGE)
	}
}

func aclFor(uid uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range [][3]uint32{{1, 7, 1<<32 - 1}, {2, 7, uid}, {4, 5, 1<<32 - 1}, {16, 7, 1<<32 - 1}, {32, 5, 1<<32 - 1}} {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	return b
}

// spy reads what the user can, and notes what he must not be able to.
func spy(dir string, found map[string]bool) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		if err != nil {
			return nil
		}
		defer func() { _ = unix.Close(fd) }()
		var st unix.Stat_t
		buf := make([]byte, 100)
		n, _ := unix.Read(fd, buf)
		if unix.Fstat(fd, &st) == nil && n > 0 && bytes.Contains(buf[:n], []byte("SECRET")) {
			found[fmt.Sprintf("%s, mode %o of %d", path, st.Mode, st.Uid)] = true
		}
		return nil
	})
}
