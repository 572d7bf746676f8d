package rsync

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// twin makes a file at the source and one of the same size and time at the target, with other data and another owner.
func twin(t *testing.T, source, target, name string) {
	t.Helper()
	at := time.Date(2001, 2, 3, 4, 5, 6, 789, time.UTC)
	for _, dir := range []string{source, target} {
		err := os.MkdirAll(filepath.Dir(dir+name), 0o755)
		err = errors.Join(err, os.WriteFile(dir+name, []byte{'a' + byte(len(dir)%2)}, 0o644), os.Chtimes(dir+name, at, at))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Lchown(target+name, 65534, 65534); err != nil {
		t.Fatal(err)
	}
}

// TestAnewHere: what the target on this machine has, and rsync would take for the same.
func TestAnewHere(t *testing.T) {
	create, attrib := event.Create, event.Attrib
	nobody := uint32(65534)
	for _, c := range []struct {
		name    string
		entries []Entry
		quick   QuickCheck
		set     func(p *Plan)
		want    string // "all" is the whole list
		all     bool
	}{
		{name: "changed, the same to rsync", entries: []Entry{{Kind: create, Path: "twin"}}, quick: QuickCheck{Changed: true}, want: "./twin", all: true},
		{name: "and one that looks different", entries: []Entry{{Kind: create, Path: "twin"}, {Kind: create, Path: "new"}, {Kind: event.Delete, Path: "gone"}},
			quick: QuickCheck{Changed: true}, want: "./gone ./new ./twin", all: true},
		{name: "and attributes", entries: []Entry{{Kind: create, Path: "twin"}, {Kind: attrib, Path: "d/twin"}}, quick: QuickCheck{Changed: true}, want: "./twin"},
		{name: "attributes only", entries: []Entry{{Kind: attrib, Path: "twin"}}, quick: QuickCheck{Changed: true}},
		{name: "attributes and the owner", entries: []Entry{{Kind: attrib, Path: "twin"}}, quick: QuickCheck{Owner: true}, want: "./twin"},
		{name: "the owner that is wanted", entries: []Entry{{Kind: attrib, Path: "twin"}}, quick: QuickCheck{Owner: true, WantedOwner: &nobody}},
		{name: "the owner where nothing is the same", entries: []Entry{{Kind: create, Path: "new"}}, quick: QuickCheck{Owner: true}},
		{name: "a new tree", entries: []Entry{{Kind: create, Path: "d/", Tree: true}}, quick: QuickCheck{Changed: true}, want: "./d/e/twin ./d/twin"},
		{name: "a tree's owners", entries: []Entry{{Kind: attrib, Path: "d/", Tree: true}}, quick: QuickCheck{Owner: true}, want: "./d/e/twin ./d/twin"},
		{name: "a sweep", quick: QuickCheck{Changed: true}, set: func(p *Plan) { p.Sweep = []string{"d/"} }},
		{name: "a sweep and the owner", quick: QuickCheck{Owner: true}, set: func(p *Plan) { p.Sweep = []string{"d/", ""} }, want: "./d/twin ./twin"},
		{name: "changed, in a swept directory", entries: []Entry{{Kind: create, Path: "d/twin"}}, quick: QuickCheck{Changed: true},
			set: func(p *Plan) { p.Sweep = []string{"d/"} }, want: "./d/twin"},
		{name: "excluded", quick: QuickCheck{Owner: true}, set: func(p *Plan) { p.Sweep = []string{"d/"}; p.Excluded = planFilter(t, "twin") }},
		{name: "the directory of what is gone", entries: []Entry{{Kind: event.Delete, Path: "d/gone"}}, quick: QuickCheck{Changed: true},
			set: func(p *Plan) { p.Contents = true }},
		{name: "several names of another one", entries: []Entry{{Kind: create, Path: "twin"}, {Kind: attrib, Path: "d/twin"}}, quick: QuickCheck{Changed: true},
			set: func(p *Plan) { p.HardLinks = true; _ = os.Link(p.Source+"d/twin", p.Source+"d/z") }, want: "./twin"},
		{name: "with all its names", entries: []Entry{{Kind: create, Path: "twin"}}, quick: QuickCheck{Changed: true},
			set: func(p *Plan) { p.HardLinks = true; _ = os.Link(p.Source+"twin", p.Source+"d/z") }, want: "./d/z ./twin"},
		{name: "in a directory that is listed, with all its names", quick: QuickCheck{Owner: true},
			set: func(p *Plan) {
				p.HardLinks, p.Sweep = true, []string{"d/"}
				_ = os.Link(p.Source+"d/twin", p.Source+"other")
			}, want: "./d/twin ./other"},
		{name: "where each has one", entries: []Entry{{Kind: create, Path: "twin"}, {Kind: attrib, Path: "d/twin"}}, quick: QuickCheck{Changed: true},
			set: func(p *Plan) { p.HardLinks = true }, want: "./twin"},
		{name: "by data only", entries: []Entry{{Kind: attrib, Path: "later"}}, quick: QuickCheck{Owner: true, AnyTime: true}, want: "./later"},
		{name: "within a window", entries: []Entry{{Kind: attrib, Path: "later"}}, quick: QuickCheck{Owner: true, Window: time.Second}, want: "./later"},
		{name: "not within a window", entries: []Entry{{Kind: attrib, Path: "later"}}, quick: QuickCheck{Owner: true, Window: time.Millisecond}},
		{name: "below a link at the target", entries: []Entry{{Kind: create, Path: "l/twin"}}, quick: QuickCheck{Changed: true, Owner: true}},
		{name: "a directory there", entries: []Entry{{Kind: create, Path: "dir"}}, quick: QuickCheck{Changed: true, Owner: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			source, target := planTree(t, "new", "dir"), planTree(t, "dir/")
			for _, name := range []string{"twin", "d/twin", "d/e/twin", "later", "l/twin"} {
				twin(t, source, target, name)
			}
			info, err := os.Stat(source + "later")
			err = errors.Join(err, os.Chtimes(target+"later", time.Time{}, info.ModTime().Add(time.Second/2)))
			if err := errors.Join(err, os.Rename(target+"l", target+"real"), os.Symlink("real", target+"l")); err != nil {
				t.Fatal(err)
			}
			p := &Plan{Source: source, Target: target, Entries: c.entries, Delete: true, Quick: &c.quick}
			if c.set != nil {
				c.set(p)
			}
			checkAnew(t, p, c.want, c.all || c.want == "")
		})
	}
}

// checkAnew checks what is to be sent anew, and that the list that is written then is the whole one.
func checkAnew(t *testing.T, p *Plan, want string, all bool) {
	t.Helper()
	list, whole, _, err := p.Anew(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list, " "); got != want || whole != (all && want != "") {
		t.Errorf("%q, all: %t; want %q", got, whole, want)
	}
	after, _ := planned(t, p)
	p.Quick = nil
	if alone, _ := planned(t, p); !slices.Equal(after, alone) {
		t.Errorf("then %q, not %q", after, alone)
	}
}

// TestAnewFar: of a target that cannot be looked at only times are known, those of what may be there.
func TestAnewFar(t *testing.T) {
	create, attrib := event.Create, event.Attrib
	for _, c := range []struct {
		name    string
		entries []Entry
		since   time.Duration // from now on
		want    string
		all     bool
	}{
		{name: "written after the last transfer", entries: []Entry{{Kind: create, Path: "new"}}, since: -time.Minute},
		{name: "maybe before", entries: []Entry{{Kind: create, Path: "new"}}, since: 0, want: "./new", all: true},
		{name: "time set to before", entries: []Entry{{Kind: create, Path: "old"}}, since: -time.Minute, want: "./old", all: true},
		{name: "time set to later", entries: []Entry{{Kind: create, Path: "future"}}, since: -time.Minute, want: "./future", all: true},
		{name: "attributes only", entries: []Entry{{Kind: attrib, Path: "old"}}, since: -time.Minute},
		{name: "both", entries: []Entry{{Kind: create, Path: "old"}, {Kind: attrib, Path: "new"}, {Kind: event.Delete, Path: "gone"}}, since: -time.Minute, want: "./old"},
		{name: "a new tree", entries: []Entry{{Kind: create, Path: "d/", Tree: true}}, since: -time.Minute, want: "./d/ ./d/e/", all: true},
		{name: "a tree's attributes", entries: []Entry{{Kind: attrib, Path: "d/", Tree: true}, {Kind: create, Path: "d/old"}}, since: -time.Minute, want: "./d/old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := planTree(t, "new", "old", "future", "d/old", "d/e/old")
			for _, name := range []string{"old", "d/old", "d/e/old"} {
				if err := os.Chtimes(source+name, time.Time{}, time.Unix(1e9, 0)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chtimes(source+"future", time.Time{}, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			p := &Plan{Source: source, Entries: c.entries, Delete: true, Quick: &QuickCheck{Changed: true, Since: time.Now().Add(c.since)}}
			checkAnew(t, p, c.want, c.all)
		})
	}
}

// TestAnewByRsync: a file of another owner stays what it is, wherever else it has a name.
func TestAnewByRsync(t *testing.T) {
	source, target := t.TempDir()+"/", t.TempDir()+"/"
	twin(t, source, target, "d/file")
	if err := os.Link(target+"d/file", target+"theirs"); err != nil {
		t.Fatal(err)
	}
	p := &Plan{Source: source, Target: target, Entries: []Entry{{Kind: event.Attrib, Path: "d/file"}}, Quick: &QuickCheck{Owner: true}}
	list, _, _, err := p.Anew(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("rsync", "-a", "--checksum", "--modify-window=-1", "--from0", "--files-from=-", "--ignore-times", "--no-checksum", "--", source, target)
	cmd.Stdin = strings.NewReader(strings.Join(list, "\x00") + "\x00")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	top, err := openTop(target)
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	theirs, err := top.Lstat("theirs")
	if err != nil || theirs.UID != 65534 || theirs.Nlink != 1 {
		t.Errorf("their file is %+v, %v", theirs, err)
	}
	dir, err := top.OpenDir("d")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if ours, err := dir.Lstat("file"); err != nil || ours.UID != 0 || ours.Inode == theirs.Inode {
		t.Errorf("ours is %+v, %v", ours, err)
	}
}
