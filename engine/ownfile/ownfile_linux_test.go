package ownfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/usertest"
)

const (
	us       = 64101
	stranger = 64102
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree makes directories "path/ owner [mode]", links "path owner -> text", FIFOs "path| owner", hard links "path = other" and files
// "path owner [mode]" in a new directory that all may search. R, U and S are root, us and the stranger.
func tree(t *testing.T, entries ...string) string {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	for at := top; at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		check(t, os.Chmod(at, 0o755))
	}
	for _, e := range entries {
		if at, other, ok := strings.Cut(e, " = "); ok {
			check(t, os.Link(filepath.Join(top, other), filepath.Join(top, at)))
			continue
		}
		left, text, link := strings.Cut(e, " -> ")
		f := strings.Fields(left)
		path := filepath.Join(top, strings.TrimSuffix(f[0], "|"))
		uid := map[string]int{"R": 0, "U": us, "S": stranger}[f[1]]
		switch {
		case link:
			err = os.Symlink(strings.ReplaceAll(text, "TOP", top), path)
		case strings.HasSuffix(f[0], "/"):
			err = os.Mkdir(path, 0o755)
		case strings.HasSuffix(f[0], "|"):
			err = unix.Mkfifo(path, 0o666)
		default:
			err = os.WriteFile(path, []byte("old\n"), 0o644)
		}
		check(t, err)
		check(t, os.Lchown(path, uid, uid))
		if len(f) > 2 {
			mode, err := strconv.ParseUint(f[2], 8, 32)
			check(t, err)
			check(t, syscall.Chmod(path, uint32(mode)))
		}
	}
	return top
}

// Who may lead us where, and whose file is ours. Every case is tried as root and for a user, for each use. §1.
func TestRule(t *testing.T) {
	const (
		ok      = ""
		link    = "is not followed"
		foreign = "it belongs to user"
		writes  = "other users can write it"
		names   = "other names elsewhere"
		warned  = "WARNING: "
	)
	for _, c := range []struct {
		name    string
		entries []string
		path    string
		root    string // what root is told
		user    string // what we are told as a user
	}{
		{"a new file in a directory of root", []string{"d/ R 0777"}, "d/log", ok, ok},
		{"a new file in /tmp", []string{"d/ R 1777"}, "d/log", ok, ok},
		{"a new file in a stranger's directory", []string{"d/ S 0777"}, "d/log", ok, ok},
		{"our own file in /tmp", []string{"d/ R 1777", "d/log U"}, "d/log", foreign, ok},
		{"root's file in /tmp", []string{"d/ R 1777", "d/log R 0646"}, "d/log", writes, writes},
		{"a stranger's file in /tmp", []string{"d/ R 1777", "d/log S 0666"}, "d/log", foreign, foreign},
		{"a stranger's file in his directory", []string{"d/ S", "d/log S 0666"}, "d/log", foreign, foreign},
		{"a stranger's file in a directory of his group", []string{"d/ R 0775", "d/log S 0666"}, "d/log", foreign, foreign},
		{"a stranger's file in a safe directory", []string{"d/ R", "d/log S 0666"}, "d/log", warned + foreign, warned + foreign},
		{"a file for all in a safe directory", []string{"d/ R", "d/log R 0666"}, "d/log", warned + writes, warned + writes},
		{"a file of a group in a safe directory", []string{"d/ R", "d/log U 0660"}, "d/log", warned + foreign, warned + writes},
		{"a file of a group in /tmp", []string{"d/ R 1777", "d/log U 0660"}, "d/log", foreign, writes},
		{"a hard link in /tmp", []string{"d/ R 1777", "secret R 0644", "d/log = secret"}, "d/log", names, names},
		{"a hard link in a safe directory", []string{"d/ R", "secret U 0644", "d/log = secret"}, "d/log", warned + foreign, ok},
		{"root's link in a safe directory", []string{"d/ R", "e/ R 0777", "d/log R -> ../e/log"}, "d/log", ok, ok},
		{"root's link to a stranger's file in his directory", []string{"d/ R", "e/ S", "e/log S", "d/log R -> TOP/e/log"}, "d/log", foreign, foreign},
		{"our link in our directory", []string{"d/ U", "e/ R 0777", "d/log U -> TOP/e/log"}, "d/log", link, ok},
		{"root's link in our directory", []string{"d/ U", "e/ R 0777", "d/log R -> TOP/e/log"}, "d/log", link, ok},
		{"a stranger's link in a safe directory", []string{"d/ R", "e/ R 0777", "d/log S -> TOP/e/log"}, "d/log", link, link},
		{"root's link in /tmp", []string{"d/ R 1777", "e/ R 0777", "d/log R -> TOP/e/log"}, "d/log", link, link},
		{"root's link in a directory of a group", []string{"d/ R 0775", "e/ R 0777", "d/log R -> TOP/e/log"}, "d/log", link, link},
		{"a link to a link in /tmp", []string{"d/ R", "e/ R 1777", "f/ R 0777", "d/log R -> ../e/log", "e/log R -> TOP/f/log"}, "d/log", link, link},
		{"two good links", []string{"d/ R", "e/ R", "f/ R 0777", "d/log R -> ../e/log", "e/log R -> TOP/f/log"}, "d/log", ok, ok},
		{"root's link for a directory", []string{"d/ R", "e/ R", "e/f/ R 0777", "d/l R -> ../e"}, "d/l/f/log", ok, ok},
		{"a stranger's link for a directory", []string{"d/ R", "e/ S", "e/f/ S 0777", "d/l S -> ../e"}, "d/l/f/log", link, link},
		{"root's link for a directory, in /tmp", []string{"d/ R 1777", "e/ R", "e/f/ R 0777", "d/l R -> ../e"}, "d/l/f/log", link, link},
		{"a stranger's link beyond root's", []string{"d/ R", "e/ S", "f/ S 0777", "d/l R -> ../e", "e/m S -> ../f"}, "d/l/m/log", link, link},
		{"a link that leads out and in", []string{"d/ R", "e/ R 0777", "d/log R -> ./../d/../e/./log"}, "d/log", ok, ok},
		{"a loop", []string{"d/ R", "d/log R -> log"}, "d/log", "too many levels", "too many levels"},
		{"a dangling link", []string{"d/ R", "d/log R -> nowhere/log"}, "d/log", "no such file", "no such file"},
		{"a link to a directory", []string{"d/ R", "e/ R", "d/log R -> ../e/"}, "d/log", "is a directory", "is a directory"},
		{"a directory", []string{"d/ R", "d/log/ R"}, "d/log", "is a directory", "is a directory"},
	} {
		for uid, want := range map[int]string{0: c.root, us: c.user} {
			for use, verb := range map[Use]string{Append: "append", Update: "update", Update + 1: "replace"} {
				t.Run(fmt.Sprintf("%s/%s/%d", c.name, verb, uid), func(t *testing.T) {
					top := tree(t, c.entries...)
					path := filepath.Join(top, c.path)
					want := want
					var checked, warning string
					var checkErr, err error
					usertest.As(t, uid, func() {
						checked, checkErr = Check(path)
						if use > Update {
							warning, err = Replace(path, write("new\n"))
							return
						}
						var f *File
						if f, err = Open(path, use); err == nil {
							warning = f.Warning
							_, err = f.Write([]byte("new\n"))
							err = errors.Join(err, f.Close())
						}
					})
					said := fmt.Sprint(err)
					if text, warns := strings.CutPrefix(want, warned); warns || want == ok {
						said, want = warning, text
						if err != nil || (warning == "") != (text == "") {
							t.Fatalf("%v, warning %q", err, warning)
						}
					} else if err == nil || !errors.As(err, new(*fs.PathError)) && !strings.Contains(err.Error(), link) {
						t.Fatalf("error %v, warning %q", err, warning)
					}
					if !strings.Contains(said, want) || want != ok && !strings.Contains(said, path) {
						t.Errorf("%q, want %q", said, want)
					}
					if checked != warning || checkErr != nil && err == nil {
						t.Errorf("Check: %q, %v", checked, checkErr)
					}
					if got, _ := os.ReadFile(path); err != nil && !bytes.Contains([]byte("old\n"), got) || err == nil && !bytes.Contains(got, []byte("new\n")) {
						t.Errorf("%v, the file has %q", err, got)
					}
				})
			}
		}
	}
}

// TestVarLog: in Ubuntu's /var/log, where a group of other services can write, root's own logs are as good as anywhere: new ones, and those
// that are there with the modes and groups that services and logrotate give them.
func TestVarLog(t *testing.T) {
	const syslog, adm = 64104, 64105
	top := tree(t, "log/ R 0775", "log/new.d/ R", "log/lsyncd.log R 0640", "log/old.log R 0644")
	check(t, os.Chown(top+"/log", 0, syslog))
	check(t, os.Chown(top+"/log/lsyncd.log", 0, adm))
	for _, name := range []string{"/log/lsyncd.log", "/log/old.log", "/log/new.log", "/log/new.d/log"} {
		if warning, err := Check(top + name); warning != "" || err != nil {
			t.Errorf("check of %s: %q, %v", name, warning, err)
		}
		f, err := Open(top+name, Append)
		check(t, err)
		_, err = f.Write([]byte("line\n"))
		if check(t, errors.Join(err, f.Close())); f.Warning != "" {
			t.Errorf("%s: %s", name, f.Warning)
		}
		if warning, err := Replace(top+name+".status", write("new\n")); warning != "" || err != nil {
			t.Errorf("replace %s: %q, %v", name, warning, err)
		}
	}
}

func write(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// What we make has the mode that the umask leaves.
func TestUmask(t *testing.T) {
	old := unix.Umask(0o027)
	defer unix.Umask(old)
	top := tree(t)
	f, err := Open(top+"/log", Append)
	check(t, err)
	check(t, f.Close())
	_, err = Replace(top+"/status", write("x"))
	check(t, err)
	for _, name := range []string{"/log", "/status"} {
		if info, err := os.Stat(top + name); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// A user's own group is not others, where groups are made for users.
func TestOwnGroup(t *testing.T) {
	top := tree(t, "d/ R 0777", "d/f U 0664")
	info, err := os.Stat(top + "/d/f")
	check(t, err)
	usertest.As(t, us, func() {
		if ownGroup(info) {
			t.Error("a group without a name passes for the user's own")
		}
	})
	if ownGroup(info) {
		t.Error("root has a group of another")
	}
}

// The file that was there keeps mode and owner, and whoever reads it sees the whole of one or the other. §10.
func TestReplaceKeepsAttributes(t *testing.T) {
	top := tree(t, "d/ R", "d/s S 0604")
	reader, err := os.Open(top + "/d/s")
	check(t, err)
	defer reader.Close()
	_, err = Replace(top+"/d/s", write("new\n"))
	check(t, err)
	info, err := os.Stat(top + "/d/s")
	check(t, err)
	if st := info.Sys().(*syscall.Stat_t); info.Mode().Perm() != 0o604 || st.Uid != stranger || st.Gid != stranger {
		t.Errorf("mode %v, owner %d:%d", info.Mode(), st.Uid, st.Gid)
	}
	if old, err := io.ReadAll(reader); err != nil || string(old) != "old\n" {
		t.Errorf("who has opened the old file reads %q, %v", old, err)
	}
	alone(t, top+"/d")
}

// alone checks that nothing was left behind.
func alone(t *testing.T, dir string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("%s holds %v, %v", dir, list, err)
	}
}

// Where no other file can be made, or the file cannot be replaced, it is written over; a longer one is cut. §10.
func TestReplaceInPlace(t *testing.T) {
	mount := func(from, to string, flags uintptr) func(*testing.T, string) {
		return func(t *testing.T, top string) {
			if err := unix.Mount(top+from, top+to, "", unix.MS_BIND, ""); err != nil {
				t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
			}
			t.Cleanup(func() { _ = unix.Unmount(top+to, unix.MNT_DETACH) })
			if flags != 0 {
				check(t, unix.Mount("", top+to, "", unix.MS_BIND|unix.MS_REMOUNT|flags, ""))
			}
		}
	}
	for _, c := range []struct {
		name    string
		uid     int
		entries []string
		before  []func(*testing.T, string)
	}{
		{"a directory that we may not write in", us, []string{"d/ R", "d/s U"}, nil},
		{"a mounted file", 0, []string{"d/ R", "d/s R", "real R"}, []func(*testing.T, string){mount("/real", "/d/s", 0)}},
		{"a mounted file in a read-only directory", 0, []string{"d/ R", "d/s R", "real R"},
			[]func(*testing.T, string){mount("/d", "/d", unix.MS_RDONLY), mount("/real", "/d/s", 0)}},
		{"somebody's file in a sticky directory of ours", us, []string{"d/ R 1755", "d/s U"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := tree(t, c.entries...)
			for _, f := range c.before {
				f(t, top)
			}
			before, err := os.Stat(top + "/d/s")
			check(t, err)
			for _, text := range []string{"a longer text\n", "short\n", ""} {
				usertest.As(t, c.uid, func() { _, err = Replace(top+"/d/s", write(text)) })
				got, readErr := os.ReadFile(top + "/d/s")
				if err != nil || readErr != nil || string(got) != text {
					t.Errorf("%v, %v: %q, want %q", err, readErr, got, text)
				}
			}
			if after, err := os.Stat(top + "/d/s"); err != nil || !os.SameFile(before, after) {
				t.Errorf("it is another file now: %v", err)
			}
			alone(t, top+"/d")
		})
	}
}

func TestReplaceFails(t *testing.T) {
	top := tree(t, "d/ R", "d/s R", "e/ R", "e/s R")
	wrong := errors.New("wrong")
	_, err := Replace(top+"/d/s", func(w io.Writer) error {
		_ = write("half")(w)
		return wrong
	})
	got, _ := os.ReadFile(top + "/d/s")
	if !errors.Is(err, wrong) || string(got) != "old\n" {
		t.Errorf("%v, %q", err, got)
	}
	alone(t, top+"/d")
	if _, err := Replace(top+"/no/such", write("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
	usertest.As(t, us, func() { _, err = Replace(top+"/e/s", write("x")) })
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), top+"/e/s") {
		t.Errorf("a file that we may not write: %v", err)
	}
}

// Devices and FIFOs are written through and stay what they are, whoever they belong to. §10.
func TestThrough(t *testing.T) {
	top := tree(t, "d/ S 0777", "d/fifo| S", "d/null S -> /dev/null")
	if err := unix.Mknod(top+"/d/dev", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))); err != nil {
		t.Fatalf("making devices is not permitted here: %v; run as root", err)
	}
	check(t, os.Chown(top+"/d/dev", stranger, stranger))
	reader, err := os.OpenFile(top+"/d/fifo", os.O_RDONLY|unix.O_NONBLOCK, 0)
	check(t, err)
	defer reader.Close()
	for _, path := range []string{top + "/d/fifo", top + "/d/dev", "/dev/null"} {
		for _, use := range []Use{Append, Update} {
			f, err := Open(path, use)
			if err != nil || f.Regular || f.Warning != "" {
				t.Fatalf("%s: %+v, %v", path, f, err)
			}
			if _, err := f.Write([]byte("text\n")); err != nil {
				t.Error(err)
			}
			if f.InPlace() {
				t.Errorf("%s would be removed", path)
			}
			check(t, f.Remove())
			check(t, f.Close())
		}
		if _, err := Replace(path, write("report\n")); err != nil {
			t.Error(err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode().IsRegular() {
			t.Errorf("%s is %v now, %v", path, info, err)
		}
	}
	got := make([]byte, 100)
	n, err := reader.Read(got)
	if string(got[:n]) != "text\ntext\nreport\n" {
		t.Errorf("the FIFO's reader got %q, %v", got[:n], err)
	}
	if _, err := Open(top+"/d/null", Append); err == nil || !strings.Contains(err.Error(), "not followed") {
		t.Errorf("a stranger's link to a device: %v", err)
	}
}

// Nobody who reads: neither opening nor writing waits for ever, and what is written once somebody reads arrives. §10.
func TestFIFOWithoutReader(t *testing.T) {
	top := tree(t, "fifo| R")
	if _, err := Replace(top+"/fifo", write("x")); !errors.Is(err, errReader) || !strings.Contains(err.Error(), top+"/fifo") {
		t.Errorf("a report that nobody reads: %v", err)
	}
	opened := make(chan *File)
	go func() {
		f, err := Open(top+"/fifo", Append)
		if err != nil {
			t.Error(err)
		}
		opened <- f
	}()
	reader, err := os.OpenFile(top+"/fifo", os.O_RDONLY|unix.O_NONBLOCK, 0) // comes while open waits, or before
	check(t, err)
	f := <-opened
	defer f.Close()
	full := 0
	for {
		n, err := f.Write(make([]byte, 1000))
		full += n
		if errors.Is(err, errStalled) {
			break
		}
		check(t, err)
	}
	if _, err := f.Write([]byte("lost\n")); !errors.Is(err, errStalled) || f.wait() != 0 {
		t.Errorf("%v, the next write waits for %s", err, f.wait())
	}
	_, err = io.ReadFull(reader, make([]byte, full))
	check(t, err)
	if _, err := f.Write([]byte("again\n")); err != nil || f.wait() == 0 {
		t.Errorf("%v, the next write waits for %s", err, f.wait())
	}
	check(t, reader.Close())
	if _, err := f.Write([]byte("gone\n")); !errors.Is(err, unix.EPIPE) {
		t.Errorf("no reader any more: %v", err)
	}
}

func TestFIFONobodyComes(t *testing.T) {
	top := tree(t, "fifo| R")
	synctest.Test(t, func(t *testing.T) {
		before := time.Now()
		if _, err := Open(top+"/fifo", Append); !errors.Is(err, errReader) || time.Since(before) < patience || time.Since(before) > 2*patience {
			t.Errorf("got %v after %s", err, time.Since(before))
		}
	})
}

// What was inherited is used as it is: its offset is shared, and a socket has no name that can be opened. §10.
func TestDescriptors(t *testing.T) {
	top := tree(t, "good/ R", "bad/ S", "out R", "good/l R -> /dev/fd/N")
	f, err := os.OpenFile(top+"/out", os.O_RDWR, 0)
	check(t, err)
	defer f.Close()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	check(t, err)
	defer unix.Close(fds[0])
	far := os.NewFile(uintptr(fds[1]), "far")
	defer far.Close()
	_, err = f.WriteString("before\n")
	check(t, err)
	for _, name := range []string{"/dev/fd/%d", "/proc/self/fd/%d", "/proc/thread-self/fd/%d", top + "/good/%d"} {
		link := fmt.Sprintf(name, f.Fd())
		if strings.HasPrefix(name, top) {
			check(t, os.Symlink(fmt.Sprintf("/dev/fd/%d", f.Fd()), link))
		}
		if got := Descriptor(link); got != int(f.Fd()) {
			t.Errorf("%s: descriptor %d, want %d", link, got, f.Fd())
		}
		own, err := Open(link, Append)
		if err != nil || own.Regular {
			t.Fatalf("%s: %+v, %v", link, own, err)
		}
		_, err = own.Write([]byte("log\n"))
		check(t, errors.Join(err, own.Close()))
		_, err = Replace(link, write("report\n"))
		check(t, err)
	}
	if got, _ := os.ReadFile(top + "/out"); string(got) != "before\n"+strings.Repeat("log\nreport\n", 4) {
		t.Errorf("got %q", got)
	}
	_, err = Replace(fmt.Sprintf("/dev/fd/%d", fds[0]), write("report\n"))
	check(t, err)
	got := make([]byte, 100)
	if n, err := far.Read(got); string(got[:n]) != "report\n" {
		t.Errorf("the socket got %q, %v", got[:n], err)
	}
	check(t, os.Symlink("/dev/stdout", top+"/bad/l"))
	check(t, os.Lchown(top+"/bad/l", stranger, stranger))
	for _, path := range []string{top + "/bad/l", top + "/out", "", "/dev/null", "/dev/fd/99999", "/dev/fd"} {
		if got := Descriptor(path); got != -1 {
			t.Errorf("%s: descriptor %d", path, got)
		}
	}
}

func TestRefusedKinds(t *testing.T) {
	top := tree(t)
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	check(t, err)
	defer unix.Close(fd)
	check(t, unix.Bind(fd, &unix.SockaddrUnix{Name: top + "/sock"}))
	if err := unix.Mknod(top+"/disk", unix.S_IFBLK|0o600, int(unix.Mkdev(7, 200))); err != nil {
		t.Fatalf("making devices is not permitted here: %v; run as root", err)
	}
	for name, want := range map[string]string{"/sock": "it is a socket", "/disk": "it is a disk", "/": "is a directory", "/..": "is a directory"} {
		_, openErr := Open(top+name, Append)
		_, replaceErr := Replace(top+name, write("x"))
		_, checkErr := Check(top + name)
		for _, err := range []error{openErr, replaceErr, checkErr} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The file that is removed is ours, and not a link that led to it or another one in its place.
func TestRemove(t *testing.T) {
	top := tree(t, "d/ R", "e/ R", "d/pid R -> ../e/pid")
	f, err := Open(top+"/d/pid", Update)
	check(t, err)
	defer f.Close()
	if !f.InPlace() {
		t.Error("not in its place")
	}
	check(t, os.Rename(top+"/e", top+"/f"))
	if !f.InPlace() {
		t.Error("not in its place, in a directory that was renamed")
	}
	check(t, os.Rename(top+"/f/pid", top+"/f/other"))
	if f.InPlace() {
		t.Error("in its place, after it was renamed")
	}
	check(t, os.Rename(top+"/f/other", top+"/f/pid"))
	check(t, f.Remove())
	if _, err := os.Lstat(top + "/d/pid"); err != nil {
		t.Errorf("the link: %v", err)
	}
	if _, err := os.Lstat(top + "/f/pid"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file: %v", err)
	}
}

// An unprivileged user who makes and removes links in a directory of his own all the time leads nobody astray. §1.
func TestRace(t *testing.T) {
	top := tree(t, "d/ S 0777", "secret R 0644")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		usertest.As(t, stranger, func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_ = os.Symlink(top+"/secret", top+"/d/log")
				_ = os.Remove(top + "/d/log")
				_ = os.WriteFile(top+"/d/log", nil, 0o666)
				_ = os.Remove(top + "/d/log")
				_ = os.Link(top+"/secret", top+"/d/log") // fs.protected_hardlinks forbids it, mostly
				_ = os.Remove(top + "/d/log")
			}
		})
	}()
	var opened, refused int
	for opened+refused < 3000 {
		f, err := Open(top+"/d/log", Append)
		if err != nil {
			refused++
			continue
		}
		opened++
		_, _ = f.Write([]byte("root's\n"))
		if info, err := f.Stat(); err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
			t.Errorf("a stranger's file was opened: %v", err)
		}
		check(t, f.Close())
		_, _ = Replace(top+"/d/log", write("report\n"))
	}
	close(stop)
	<-done
	if got, err := os.ReadFile(top + "/secret"); err != nil || string(got) != "old\n" {
		t.Errorf("root's file has %q now, %v", got, err)
	}
	t.Logf("%d opened, %d refused", opened, refused)
}
