//go:build linux && !portable

package mirror_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/mirror"
)

// §9: TestNothingIsAdopted: an entry of the target that passes the quick check gets no other owner, no group that gains
// by that, and nothing that makes it run as somebody else. It is made anew instead.
func TestNothingIsAdopted(t *testing.T) {
	needRoot(t)
	capability := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	own := func(uid, gid int, mode uint32) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			check(t, os.Lchown(path, uid, gid))
			check(t, unix.Chmod(path, mode))
		}
	}
	for _, c := range []struct {
		name     string
		src, dst func(t *testing.T, path string)
		anew     bool
	}{
		{"nothing differs", own(7, 7, 0o644), own(7, 7, 0o644), false},
		{"mode", own(7, 7, 0o644), own(7, 7, 0o600), false},
		{"owner", own(7, 7, 0o600), own(0, 0, 0o600), true},
		{"owner, with the mode of everybody", own(7, 7, 0o644), own(0, 0, 0o644), true},
		{"group that gains", own(7, 7, 0o640), own(7, 0, 0o640), true},
		{"group that could read before", own(7, 7, 0o644), own(7, 0, 0o644), false},
		{"setuid", own(7, 7, 0o4755), own(7, 7, 0o755), true},
		{"setgid", own(7, 7, 0o2755), own(7, 7, 0o755), true},
		{"setuid that is there", own(7, 7, 0o4755), own(7, 7, 0o4755), false},
		{"setuid with another mode", own(7, 7, 0o4755), own(7, 7, 0o4711), true},
		{"setuid that goes", own(7, 7, 0o755), own(7, 7, 0o4755), false},
		{"capability", func(t *testing.T, path string) {
			own(7, 7, 0o755)(t, path)
			check(t, unix.Setxattr(path, "security.capability", []byte(capability), 0))
		}, own(7, 7, 0o755), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := sidesIn(t, mount(t, ""))
			put(t, o.Source+"f", "of the source")
			put(t, o.Target+"f", "of the target")
			c.src(t, o.Source+"f")
			c.dst(t, o.Target+"f")
			for _, side := range []string{o.Source, o.Target} {
				check(t, os.Chtimes(side+"f", old, old))
			}
			before, err := os.Stat(o.Target + "f")
			check(t, err)
			r := apply(t, o, ops("attrib f"))
			after, err := os.Stat(o.Target + "f")
			check(t, err)
			want := "of the target" // the quick check is what it is
			if c.anew {
				want = "of the source"
			}
			if os.SameFile(before, after) == c.anew || (r.Copied == 1) != c.anew || read(t, o.Target+"f") != want {
				t.Errorf("%+v, holds %q", r, read(t, o.Target+"f"))
			}
			check(t, os.WriteFile(o.Source+"f", []byte(want), 0o644)) // clears setuid and capabilities
			c.src(t, o.Source+"f")
			check(t, os.Chtimes(o.Source+"f", old, old))
			same(t, o)
		})
	}
}

// §9: TestSecondNameOutside: a file of the target with more names than the source's keeps its mode under those.
func TestSecondNameOutside(t *testing.T) {
	needRoot(t)
	top := mount(t, "")
	o := sidesIn(t, top)
	put(t, o.Source+"f", "1")
	tree(t, o)
	check(t, os.Link(o.Target+"f", top+"outside"))
	check(t, os.Chmod(o.Source+"f", 0o666))
	apply(t, o, ops("attrib f"))
	if info, err := os.Stat(top + "outside"); err != nil || info.Mode() != 0o644 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	same(t, o)
}

// §9: TestPrivateWhileCopied looks at the target's directory when its first entry is about to be worked on.
func TestPrivateWhileCopied(t *testing.T) {
	needRoot(t)
	type dir struct {
		uid, gid int
		mode     uint32
		acl      bool
	}
	for name, c := range map[string]struct {
		src  dir
		have *dir
		uid  uint32
		mode uint32
	}{
		"new":                            {dir{mode: 0o755}, nil, 0, 0o700},
		"new, of a user":                 {dir{uid: 7, gid: 7, mode: 0o755}, nil, 0, 0o700},
		"as the source":                  {dir{uid: 7, gid: 7, mode: 0o755}, &dir{uid: 7, gid: 7, mode: 0o755}, 7, 0o755},
		"wider":                          {dir{mode: 0o700}, &dir{mode: 0o755}, 0, 0o700},
		"narrower":                       {dir{mode: 0o755}, &dir{mode: 0o700}, 0, 0o700},
		"of a user, who would open it":   {dir{mode: 0o700}, &dir{uid: 7, mode: 0o777}, 0, 0o700},
		"of another group":               {dir{gid: 7, mode: 0o750}, &dir{gid: 8, mode: 0o750}, 0, 0o700},
		"with an ACL":                    {dir{mode: 0o750}, &dir{mode: 0o750, acl: true}, 0, 0o700},
		"sticky, where all may write":    {dir{mode: 0o1777}, &dir{mode: 0o777}, 0, 0o1777},
		"setgid, where the group is one": {dir{mode: 0o755}, &dir{mode: 0o2775}, 0, 0o2755},
	} {
		for _, path := range []string{"", "d/"} {
			t.Run(name+" "+path, func(t *testing.T) {
				top := mount(t, "")
				o := sidesIn(t, top)
				check(t, os.MkdirAll(o.Source+path, 0o755))
				set := func(dir string, d dir) {
					check(t, os.Lchown(dir, d.uid, d.gid))
					check(t, unix.Chmod(dir, d.mode))
					if d.acl {
						check(t, unix.Setxattr(dir, "system.posix_acl_access", aclFor(nobody), 0))
					}
				}
				put(t, o.Source+path+"f", "1")
				set(o.Source+path, c.src)
				switch {
				case c.have != nil:
					check(t, os.MkdirAll(o.Target+path, 0o755))
					set(o.Target+path, *c.have)
				case path == "":
					return // who makes the target says how
				}
				var seen unix.Stat_t
				o.Excluded = func(p string) bool {
					if p == path+"f" {
						check(t, unix.Stat(o.Target+path, &seen))
					}
					return false
				}
				_, err := mirror.Tree(context.Background(), o, "")
				check(t, err)
				if seen.Uid != c.uid || seen.Mode&0o7777 != c.mode {
					t.Errorf("while it is worked on: owner %d, mode %o; want %d, %o", seen.Uid, seen.Mode&0o7777, c.uid, c.mode)
				}
				same(t, o)
			})
		}
	}
}

// freeze makes a file immutable, and gives back its freedom.
func freeze(t *testing.T, path string) {
	t.Helper()
	set := func(flags int) {
		f, err := os.Open(path)
		check(t, err)
		defer func() { _ = f.Close() }()
		if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags); err != nil {
			t.Fatalf("make %s immutable: %v", path, err)
		}
	}
	set(0x10) // FS_IMMUTABLE_FL
	t.Cleanup(func() { set(0) })
}

// §9: TestOneRefusal: what one entry refuses is a failure of that entry, and of no other.
func TestOneRefusal(t *testing.T) {
	needRoot(t)
	for name, differ := range map[string]func(path string) error{
		"owner":     func(path string) error { return os.Lchown(path, 7, 7) },
		"mode":      func(path string) error { return os.Chmod(path, 0o600) },
		"time":      func(path string) error { return os.Chtimes(path, time.Now(), time.Now()) },
		"attribute": func(path string) error { return unix.Setxattr(path, "trusted.a", []byte("1"), 0) },
		"ACL":       func(path string) error { return unix.Setxattr(path, "system.posix_acl_access", acl(), 0) },
	} {
		t.Run(name, func(t *testing.T) {
			o := sidesIn(t, mount(t, ""))
			for _, p := range []string{"a/f", "b/f", "c/f"} {
				put(t, o.Source+p, "1")
				check(t, os.Chtimes(o.Source+p, old, old))
			}
			tree(t, o)
			for _, p := range []string{"a", "b", "c"} {
				check(t, differ(o.Source+p))
			}
			freeze(t, o.Target+"b")
			var said []string
			o.Log = func(format string, _ ...any) { said = append(said, format) }
			r, err := mirror.Tree(context.Background(), o, "")
			if err != nil || r.ExitCode() != mirror.ExitPartial || r.FailedTotal != 1 || r.Failed[0].Path != "b/" && r.Failed[0].Path != "b" || len(said) > 0 {
				t.Errorf("%v, %+v, said %q", err, r, said)
			}
			for _, p := range []string{"a", "c"} {
				if diff := portraitMeta(t, o.Source+p) != portraitMeta(t, o.Target+p); diff {
					t.Errorf("%s was not brought into step", p)
				}
			}
		})
	}
}

func portraitMeta(t *testing.T, path string) [5]any {
	t.Helper()
	var st unix.Stat_t
	check(t, unix.Lstat(path, &st))
	buf := make([]byte, 1000)
	n, err := unix.Listxattr(path, buf)
	check(t, err)
	return [5]any{st.Mode, st.Uid, st.Gid, st.Mtim, string(buf[:n])}
}

// §9: TestNoOwnersAtAll: where nobody's owner can be set, that is said once and is no failure.
func TestNoOwnersAtAll(t *testing.T) {
	needRoot(t)
	dir := t.TempDir()
	o := sidesIn(t, dir)
	for _, p := range []string{"a", "b", "d/c"} {
		put(t, o.Source+p, "1")
		check(t, os.Lchown(o.Source+p, 7, 7))
	}
	self, err := filepath.EvalSymlinks("/proc/self/exe")
	check(t, err)
	cmd := exec.Command("setpriv", "--bounding-set=-chown", "--inh-caps=-chown", self)
	cmd.Dir = dir
	cmd.Env = []string{helperEnv + "=logged-tree"}
	for range 2 {
		again := *cmd
		b, err := again.CombinedOutput()
		if err != nil || strings.Count(string(b), "owners cannot be kept") != 1 {
			t.Fatalf("%v: %s", err, b)
		}
	}
	if info, err := os.Stat(o.Target + "d/c"); err != nil || read(t, o.Target+"d/c") != "1" || info.Mode() != 0o644 {
		t.Errorf("%v %v", info, err)
	}
}

func init() {
	helpers["logged-tree"] = func() int {
		o := here()
		o.Log = func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
		return report(mirror.Tree(context.Background(), o, ""))
	}
}
