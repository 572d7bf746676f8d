package filemanager_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/failure"
	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
)

func overwrite(s *filerule.Spec)  { s.Overwrite = true }
func autoCreate(s *filerule.Spec) { s.AutoCreate = true }
func rec(s *filerule.Spec)        { s.Rec = true }

// §1 File manager: move renames; an existing destination is an error unless overwrite.
func TestMove(t *testing.T) {
	src, dst := sides(t)
	put(t, src+"/a", "1", 0o640)
	put(t, src+"/b", "2", 0o644)
	put(t, dst+"/b", "old", 0o644)
	before, err := os.Stat(src + "/a")
	check(t, err)
	r := rule(t, into("move", src, dst))
	must(t, r, src+"/a")
	after, err := os.Stat(dst + "/a")
	check(t, err)
	if !os.SameFile(before, after) {
		t.Error("it was copied, not renamed")
	}
	refused(t, r, src+"/b", "move "+src+"/b to "+dst+"/b", "exists", "overwrite = true")
	refused(t, r, src+"/none", "look at "+src+"/none", "no such file")
	expect(t, src, "b -rw-r--r-- 2")
	must(t, rule(t, into("move", src, dst, overwrite)), src+"/b")
	expect(t, src, "")
	expect(t, dst, "a -rw-r----- 1\nb -rw-r--r-- 2")
}

// §1 File manager: overwrite replaces directories too, whole.
func TestOverwriteDirectory(t *testing.T) {
	for _, action := range []string{"move", "copy"} {
		src, dst := sides(t)
		put(t, src+"/d/new", "1", 0o644)
		put(t, dst+"/d/sub/old", "2", 0o644)
		put(t, src+"/f", "3", 0o644)
		put(t, dst+"/f/old", "4", 0o644)
		put(t, src+"/e/new", "5", 0o644)
		put(t, dst+"/e", "6", 0o644)
		r := rule(t, into(action, src, dst, overwrite))
		for _, name := range []string{"/d", "/f", "/e"} {
			must(t, r, src+name)
		}
		expect(t, dst, "d drwxr-xr-x\nd/new -rw-r--r-- 1\ne drwxr-xr-x\ne/new -rw-r--r-- 5\nf -rw-r--r-- 3")
		if left := list(t, src); (left == "") != (action == "move") {
			t.Errorf("%s leaves %s", action, left)
		}
	}
}

// §1 File manager: copy keeps metadata and copies links as links.
func TestCopy(t *testing.T) {
	src, dst := sides(t)
	old := time.Date(2001, 2, 3, 4, 5, 6, 789, time.UTC)
	put(t, src+"/d/f", "1", 0o604)
	put(t, src+"/d/deep/g", strings.Repeat("x", 300<<10), 0o600)
	check(t, os.Symlink("../../etc/passwd", src+"/d/l"))
	check(t, os.Chtimes(src+"/d/f", old, old))
	check(t, os.Chmod(src+"/d/deep", 0o710))
	must(t, rule(t, into("copy", src, dst)), src+"/d")
	if a, b := list(t, src), list(t, dst); a != b {
		t.Errorf("the copy is\n%.300s\nof\n%.300s", b, a)
	}
	info, err := os.Stat(dst + "/d/f")
	if err != nil || !info.ModTime().Equal(old) {
		t.Errorf("%v, %v", info.ModTime(), err)
	}
}

// §1 File manager: delete of a non-empty directory needs rec = true.
func TestDelete(t *testing.T) {
	src, _ := sides(t)
	put(t, src+"/f", "1", 0o644)
	put(t, src+"/d/sub/f", "1", 0o644)
	check(t, os.Mkdir(src+"/empty", 0o755))
	check(t, os.Symlink("d", src+"/l"))
	r := rule(t, into("delete", src, ""))
	must(t, r, src+"/f")
	must(t, r, src+"/empty")
	must(t, r, src+"/l")
	refused(t, r, src+"/d", "delete "+src+"/d", "rec = true")
	expect(t, src, "d drwxr-xr-x\nd/sub drwxr-xr-x\nd/sub/f -rw-r--r-- 1")
	must(t, rule(t, into("delete", src, "", rec)), src+"/d")
	expect(t, src, "")
}

// §1 File manager: auto_create makes missing directories with dirmode and owner, from the first created one down.
func TestAutoCreate(t *testing.T) {
	src, dst := sides(t)
	put(t, src+"/a/b/f", "1", 0o644)
	refused(t, rule(t, into("move", src, dst)), src+"/a/b/f", "no such file", "auto_create = true")
	check(t, os.Mkdir(dst+"/a", 0o750))
	must(t, rule(t, into("copy", src, dst, autoCreate, func(s *filerule.Spec) { s.DirMode = "0711" })), src+"/a/b/f")
	expect(t, dst, "a drwxr-x---\na/b drwx--x--x\na/b/f -rw-r--r-- 1")
	// The tree of the rule itself may be missing.
	must(t, rule(t, into("move", src, dst+"/x/y", autoCreate)), src+"/a/b/f")
	expect(t, dst+"/x", "y drwxr-xr-x\ny/a drwxr-xr-x\ny/a/b drwxr-xr-x\ny/a/b/f -rw-r--r-- 1")
}

// §1 File manager: filemode and dirmode hold for the whole tree that was moved or copied.
func TestModes(t *testing.T) {
	for _, action := range []string{"move", "copy"} {
		src, dst := sides(t)
		put(t, src+"/d/sub/f", "1", 0o600)
		check(t, os.Symlink("f", src+"/d/l"))
		must(t, rule(t, into(action, src, dst, func(s *filerule.Spec) { s.FileMode, s.DirMode = "0646", "0751" })), src+"/d")
		expect(t, dst, "d drwxr-x--x\nd/l Lrwxrwxrwx f\nd/sub drwxr-x--x\nd/sub/f -rw-r--rw- 1")
	}
}

// §1 File manager: a destination that is the source, or in it.
func TestIntoItself(t *testing.T) {
	src, _ := sides(t)
	put(t, src+"/d/sub/f", "1", 0o644)
	for _, action := range []string{"move", "copy"} {
		r := rule(t, filerule.Spec{Action: action, SrcRe: "^" + src + "/(.*)$", DstRe: src + `/\1/sub/new`, Overwrite: true})
		if err := run(t, r, src+"/d"); err == nil {
			t.Errorf("%s of a directory into itself", action)
		}
		refused(t, rule(t, into(action, src, src, overwrite)), src+"/d", "the destination is the source")
		refused(t, rule(t, into(action, src, src, overwrite)), src+"/d/sub/f", "the destination is the source")
		// An ancestor cannot make room for what is in it.
		r = rule(t, filerule.Spec{Action: action, SrcRe: "^" + src + "/(.*)/sub/f$", DstRe: src + `/\1`, Overwrite: true})
		_ = run(t, r, src+"/d/sub/f")
		if action == "move" {
			break
		}
	}
	if text := list(t, src); !strings.Contains(text, "f -rw-r--r-- 1") && !strings.Contains(text, "d -rw-r--r-- 1") {
		t.Errorf("the file is nowhere:\n%s", text)
	}
}

// hostileNames are names that a shell, a regular expression, a template or a log could take for something else.
var hostileNames = []string{
	"a b", "-rf", "*", "$(touch x)", "`x`", "a\nb", "\"'", "\\1", "\\g<0>", "$1", "${path}", "\xff\xfe", "\xed\xb2\x80", "é", "...",
	" ", "\t", "%s", "a\x1b[31m", ".lsyncgo-", strings.Repeat("x", 255),
}

// §1 File manager: file names are bytes.
func TestHostileNames(t *testing.T) {
	src, dst := sides(t)
	r := rule(t, into("copy", src, dst, autoCreate))
	m := rule(t, into("move", src, dst+"/moved", autoCreate))
	for _, name := range hostileNames {
		put(t, src+"/"+name, name, 0o644)
		must(t, r, src+"/"+name)
		must(t, m, src+"/"+name)
	}
	expect(t, src, "")
	for _, d := range []string{dst, dst + "/moved"} {
		for _, name := range hostileNames {
			if b, err := os.ReadFile(d + "/" + name); err != nil || string(b) != name {
				t.Errorf("%q: %q, %v", name, b, err)
			}
		}
	}
}

// §1 File manager: what leaves the tree through a symbolic link is refused.
func TestLinksAreNotFollowed(t *testing.T) {
	src, dst := sides(t)
	elsewhere := t.TempDir()
	put(t, elsewhere+"/secret", "1", 0o600)
	check(t, os.Symlink(elsewhere, src+"/out"))
	check(t, os.Symlink(elsewhere, dst+"/d"))
	put(t, src+"/d/f", "2", 0o644)
	for _, action := range []string{"move", "copy", "delete"} {
		refused(t, rule(t, into(action, src, dst, autoCreate, rec, overwrite)), src+"/out/secret", action)
	}
	refused(t, rule(t, into("copy", src, dst, autoCreate, overwrite)), src+"/d/f", "copy")
	refused(t, rule(t, into("move", src, dst, autoCreate, overwrite)), src+"/d/f", "move")
	must(t, rule(t, into("delete", src, dst, rec)), src+"/out") // the link itself
	expect(t, elsewhere, "secret -rw------- 1")
}

// §1 File manager: work runs beside the engine; what it prints is why it failed.
func TestJob(t *testing.T) {
	src, dst := sides(t)
	put(t, src+"/a", "1", 0o644)
	rules := rule(t, into("copy", src, dst))
	op, _, err := rules.Match(src + "/a")
	check(t, err)
	var out bytes.Buffer
	job := filemanager.Job(op, rules)
	if code := job.Run(context.Background(), &out); code != failure.OK || out.Len() > 0 {
		t.Errorf("%d: %s", code, &out)
	}
	if code := job.Run(context.Background(), &out); code != failure.Partial || strings.Count(out.String(), "\n") != 1 || !strings.Contains(out.String(), "exists") {
		t.Errorf("%d: %s", code, &out)
	}
	check(t, os.Remove(dst+"/a"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code := job.Run(ctx, &out); code != failure.Cancelled {
		t.Errorf("%d: %s", code, &out)
	}
	if err := filemanager.Run(ctx, op, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	expect(t, dst, "")
	if _, err := os.Stat(src + "/a"); errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestUnknownUser(t *testing.T) {
	_, errs := filerule.Compile([]filerule.Spec{{Action: "copy", SrcRe: "/a/(.*)", DstRe: `/b/\1`, User: "no-such-user", Group: "no-such-group"}}, filemanager.SystemIDs)
	if len(errs) != 2 || errs[0].Field != "user" || !strings.Contains(errs[0].Error(), `there is no user "no-such-user"`) || errs[1].Field != "group" {
		t.Error(errs)
	}
}
