package e2e

import (
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

	"lsyncgo/engine/usertest"
)

// raceEnv lets this binary be the user of TestRace, in the place's directory: "SEED KIND".
const raceEnv = "E2E_RACE"

// canary is in no file that the user, or the sync, has to do with.
const canary = "CANARY of root"

// TestRace: a user who owns a directory in the source and one in the target exchanges what is in them as fast as he can.
// §9: with default.direct he gets no content and no change from outside the trees, whatever he exchanges. rsync goes by
// names (SECURITY.md, "What remains"): there the promise is that he changes nothing outside by files and links, that
// nothing of root's inside becomes his, and that the sync goes on.
//
// RACE_SECONDS is for how long, RACE_SEED repeats a run.
func TestRace(t *testing.T) {
	t.Parallel()
	lasts := time.Second
	if s := os.Getenv("RACE_SECONDS"); s != "" {
		d, err := time.ParseDuration(s + "s")
		if err != nil {
			t.Fatal(err)
		}
		lasts = d
	}
	eachRsync(t, func(t *testing.T, ps preset) {
		seed := os.Getenv("RACE_SEED")
		if seed == "" {
			seed = fmt.Sprint(rand.Uint64())
		}
		t.Logf("RACE_SEED=%s", seed)
		kind := "leaves"
		if ps.name == "direct" {
			kind = "directories"
		}
		p := newPlace(t)
		p.victim()
		for _, side := range []string{"source", "target"} {
			p.contested(side + "/u")
		}
		before := p.portrait("victim")
		d := p.watched(t, ps)
		user := p.user(seed, kind)
		<-time.After(lasts)
		p.write("stop", "")
		user.wait()
		t.Log(user.out)
		if after := p.portrait("victim"); after != before {
			t.Errorf("outside the trees there was\n%s\nand is\n%s", before, after)
		}
		p.judge(user.out.String())
		p.write("source/last", seed)
		p.sameFile("source/last", "target/last")
		d.stop()
		if ps.name == "direct" {
			// What he put in the place of temporary files is removed when they have no writer any more. The others may find
			// files of his that have the size and time of the source's.
			d = p.watched(t, ps)
			d.stop()
		}
		p.judge("")
	})
}

// victim makes a directory of root's, with the names that the user has in his.
func (p *place) victim() {
	p.t.Helper()
	for _, name := range []string{"own", "shadow", "dir/inner", "inner", "precious"} {
		p.write("victim/"+name, canary)
		p.chmod("victim/"+name, 0o600)
	}
}

// contested makes a directory of the user's.
func (p *place) contested(u string) {
	p.t.Helper()
	p.write(u+"/own", "EVIL bytes of him")
	p.write(u+"/dir/inner", "EVIL bytes of him")
	p.write(u+"/shadow", "SECRET of the root")
	at := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	err := errors.Join(os.Chmod(p.path(u+"/shadow"), 0o600),
		os.Symlink(p.path("victim"), p.path(u+"/dirlink")), os.Symlink(p.path("victim/precious"), p.path(u+"/filelink")))
	for _, name := range []string{"", "/own", "/dir", "/dir/inner", "/dirlink", "/filelink"} {
		err = errors.Join(err, os.Lchown(p.path(u+name), stranger, stranger))
	}
	for _, name := range []string{"/own", "/dir/inner", "/shadow"} {
		err = errors.Join(err, os.Chtimes(p.path(u+name), at, at))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// portrait tells everything of a tree that a change would show in.
func (p *place) portrait(name string) string {
	p.t.Helper()
	var b strings.Builder
	if err := filepath.WalkDir(p.path(name), func(path string, e fs.DirEntry, err error) error {
		var st unix.Stat_t
		err = errors.Join(err, unix.Lstat(path, &st))
		text := ""
		if e.Type().IsRegular() {
			text = p.content(strings.TrimPrefix(path, p.dir))
		}
		fmt.Fprintf(&b, "%s %o %d %d %d %v %v %q\n", path, st.Mode, st.Uid, st.Gid, st.Nlink, st.Mtim, st.Ctim, text)
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	return b.String()
}

// judge looks for what the user must not have got.
func (p *place) judge(said string) {
	p.t.Helper()
	if strings.Contains(said, "he read") {
		p.t.Error(said)
	}
	_ = filepath.WalkDir(p.target, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // temporary files go while it is walked
		}
		var st unix.Stat_t
		text, err := os.ReadFile(path)
		if err := errors.Join(err, unix.Lstat(path, &st)); err != nil {
			return nil
		}
		switch who := fmt.Sprintf("%s, mode %o of %d", path, st.Mode, st.Uid); {
		case strings.Contains(string(text), canary):
			p.t.Errorf("%s was read from outside the trees", who)
		case st.Uid == stranger && strings.Contains(string(text), "SECRET"):
			p.t.Errorf("%s was root's", who)
		case st.Uid == 0 && strings.Contains(string(text), "EVIL"):
			p.t.Errorf("%s has bytes of the user's", who)
		}
		return nil
	})
}

// user starts the user.
func (p *place) user(seed, kind string) *process {
	p.t.Helper()
	self := p.path("self")
	usertest.CopySelf(p.t, self)
	if err := os.Chmod(filepath.Dir(p.dir), 0o755); err != nil { // as the one above the place is closed, too
		p.t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stranger, Gid: stranger}}
	return launch(p.t, cmd, []string{raceEnv + "=" + seed + " " + kind})
}

// raceUser is what he does until there is a file "stop".
func raceUser(how string) int {
	var seed uint64
	var kind string
	_, _ = fmt.Sscan(how, &seed, &kind)
	rng := rand.New(rand.NewPCG(seed, 0))
	done := 0
	for found := map[string]bool{}; ; done++ {
		provoke(rng, [2]string{"source/u/", "target/u/"}[rng.IntN(2)], kind == "directories")
		if done%16 == 0 {
			spy("target", found)
			if _, err := os.Lstat("stop"); err == nil {
				break
			}
		}
	}
	fmt.Printf("%d changes by the user\n", done)
	return 0
}

// provoke does one thing that a user may do in his directory u.
func provoke(rng *rand.Rand, u string, directories bool) {
	names := []string{"own", "shadow", "filelink", "a", "b"}
	if directories {
		names = append(names, "dir", "dirlink")
	}
	if list, err := os.ReadDir(u); err == nil && len(list) > 0 && rng.IntN(2) == 0 {
		// Temporary ones, too.
		if e := list[rng.IntN(len(list))]; directories || !e.IsDir() && e.Name() != "dirlink" {
			names = append(names, e.Name(), e.Name(), e.Name())
		}
	}
	a, b := u+names[rng.IntN(len(names))], u+names[rng.IntN(len(names))]
	then := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	switch rng.IntN(8) {
	case 0, 1, 2, 3:
		_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	case 4:
		_ = os.WriteFile(u+"new", []byte("EVIL bytes of him"), 0o644)
		_ = os.Chtimes(u+"new", then, then)
		_ = os.Rename(u+"new", u+[3]string{"a", "b", "own"}[rng.IntN(3)])
	case 5:
		_ = os.Link(u+"own", u+"a")
	case 6:
		_ = os.Symlink(filepath.Join("..", "..", "victim", "precious"), u+"new")
		_ = os.Rename(u+"new", u+[2]string{"filelink", "own"}[rng.IntN(2)])
	case 7:
		if directories {
			_ = os.Mkdir(u+"dir/made", 0o755)
			_ = unix.Renameat2(unix.AT_FDCWD, u+"dir/made", unix.AT_FDCWD, a, unix.RENAME_EXCHANGE)
		}
	}
}

// spy reads what the user can, and says what he must not be able to.
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
		buf := make([]byte, 100)
		n, _ := unix.Read(fd, buf)
		text := string(buf[:max(n, 0)])
		if !found[path] && (strings.Contains(text, "SECRET") || strings.Contains(text, canary)) {
			found[path] = true
			fmt.Printf("he read %q in %s\n", text, path)
		}
		return nil
	})
}
