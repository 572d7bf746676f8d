package treetest

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/event"
)

// Names are hard to handle and all legal: programs that build shell lines,
// patterns or lists from names break on one of them.
var Names = []string{
	"plain", "with space", "new\nline", "quote'\"", "$(id)", "`id`", "*", "a?c", "[a-z]", "back\\slash", "-rf", "--delete",
	"\xff\xfe", "ümlaut", ".hidden", "~", "tail ", " head", "a;b", "a|b", "%s%n", "\t", "\x01", "...", "#", "C:",
	strings.Repeat("n", 255), strings.Repeat("ü", 127), ".x.lsyncgo-0123456789abcdef",
}

// Change is one thing that Churn did, as a monitor would report it.
type Change struct {
	Kind       event.Kind
	Path, Dest string // a directory ends in a slash
	Tree       bool
}

// RandomTree fills dir with directories, files of odd names and sizes,
// symbolic links and hard links.
func RandomTree(rng *rand.Rand, dir string) error {
	_, err := Churn(rng, dir, 60)
	return err
}

// Churn makes n random changes below dir: everything that a user can do to
// files, directories and links. It returns what a monitor would have told.
func Churn(rng *rand.Rand, dir string, n int) ([]Change, error) {
	return NewChurner(rng, dir).Churn(n)
}

// Churner changes one directory again and again, and remembers what it did: its
// changes may reach the target in any number of batches.
type Churner struct {
	// NoHardLinks: no file gets a second name.
	NoHardLinks bool

	rng   *rand.Rand
	dir   string
	out   []Change
	clock time.Time
	// touched are the files that were changed, whatever name was used for it.
	touched map[string]bool
}

// NewChurner returns a Churner of dir that takes its chances from rng.
func NewChurner(rng *rand.Rand, dir string) *Churner {
	return &Churner{rng: rng, dir: dir, clock: time.Unix(1_600_000_000, 0), touched: map[string]bool{}}
}

// Churn is as the function of that name. It returns what all calls so far did.
func (c *Churner) Churn(n int) ([]Change, error) {
	for range n {
		if err := c.step(); err != nil {
			return c.out, fmt.Errorf("churn %s: %w", c.dir, err)
		}
	}
	return c.out, nil
}

// entry is something below the churned directory.
type entry struct {
	path string // without a slash at its end
	dir  bool
	file bool // regular
}

// told is the path as events have it.
func (e entry) told() string {
	if e.dir && e.path != "" {
		return e.path + "/"
	}
	return e.path
}

func (c *Churner) at(path string) string { return filepath.Join(c.dir, path) }

func (c *Churner) tell(k event.Kind, path string) { c.out = append(c.out, Change{Kind: k, Path: path}) }

func (c *Churner) entries() ([]entry, error) {
	list := []entry{{dir: true}}
	err := filepath.WalkDir(c.dir, func(full string, d fs.DirEntry, err error) error {
		if err == nil && full != c.dir {
			list = append(list, entry{strings.TrimPrefix(full, filepath.Clean(c.dir)+"/"), d.IsDir(), d.Type().IsRegular()})
		}
		return err
	})
	return list, err
}

func (c *Churner) step() error {
	list, err := c.entries()
	if err != nil {
		return err
	}
	pick := func(ok func(entry) bool) (entry, bool) {
		for range 20 {
			if e := list[c.rng.IntN(len(list))]; ok(e) {
				return e, true
			}
		}
		return entry{}, false
	}
	parent, _ := pick(func(e entry) bool { return e.dir && strings.Count(e.path, "/") < 5 })
	if !parent.dir {
		parent = list[0]
	}
	name := c.name()
	if parent.path != "" {
		name = parent.path + "/" + name
	}
	if roll := c.rng.IntN(100); roll < 45 {
		return c.add(roll, name)
	}
	old, ok := pick(func(e entry) bool { return e.path != "" })
	if !ok {
		return c.add(0, name)
	}
	return c.change(c.rng.IntN(100), old, name)
}

// name is a hostile one now and then; short ones meet again.
func (c *Churner) name() string {
	if c.rng.IntN(4) == 0 {
		return Names[c.rng.IntN(len(Names))]
	}
	return fmt.Sprintf("n%d", c.rng.IntN(30))
}

// add makes something at path, unless something is there already.
func (c *Churner) add(roll int, path string) error {
	if _, err := os.Lstat(c.at(path)); err == nil {
		return c.write(path)
	}
	switch {
	case roll < 20:
		return c.write(path)
	case roll < 34:
		c.tell(event.Create, path+"/")
		return os.Mkdir(c.at(path), 0o755)
	case roll < 38:
		return c.moveIn(path)
	case roll < 42:
		c.tell(event.Create, path)
		return os.Symlink(Names[c.rng.IntN(len(Names))], c.at(path))
	}
	return c.link(path)
}

// write makes a file or writes to one.
func (c *Churner) write(path string) error {
	info, err := os.Lstat(c.at(path))
	if err == nil && !info.Mode().IsRegular() {
		return nil
	}
	if err != nil {
		c.tell(event.Create, path)
	}
	c.tell(event.Modify, path)
	flags := os.O_WRONLY | os.O_CREATE
	if c.rng.IntN(2) == 0 {
		flags |= os.O_TRUNC
	}
	_ = os.Chmod(c.at(path), 0o644)
	f, err := os.OpenFile(c.at(path), flags, 0o644)
	if err != nil {
		return err
	}
	size := c.rng.IntN(3000)
	if c.rng.IntN(30) == 0 {
		size = 300_000 + c.rng.IntN(300_000)
	}
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(c.rng.Uint32())
	}
	_, err = f.WriteAt(data, int64(c.rng.IntN(5000)))
	return errors.Join(err, f.Close(), c.tick(path))
}

// tick gives a written file a time of its own: two writes within one tick of
// the kernel's clock would look alike to every program that compares times. Both times
// are set: for the modification time alone Linux reports IN_MODIFY, not IN_ATTRIB, which
// who waits for the close of a written file does not listen to.
func (c *Churner) tick(path string) error {
	c.touch(path)
	c.clock = c.clock.Add(time.Duration(1 + c.rng.IntN(1_000_000_000)))
	return os.Chtimes(c.at(path), c.clock, c.clock.Add(time.Duration(c.rng.Int64N(1<<60))))
}

// moveIn makes a tree elsewhere and renames it into place, so that one event tells of all.
func (c *Churner) moveIn(path string) error {
	away, err := os.MkdirTemp(filepath.Dir(filepath.Clean(c.dir)), "away")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(away) }()
	sub := &Churner{rng: c.rng, dir: filepath.Join(away, "tree"), clock: c.clock, touched: c.touched}
	if err := os.MkdirAll(filepath.Join(sub.dir, "in", "deep"), 0o755); err != nil {
		return err
	}
	for _, p := range []string{"one", "in/two", "in/deep/three"} {
		if err := sub.write(p); err != nil {
			return err
		}
	}
	c.out = append(c.out, Change{Kind: event.Create, Path: path + "/", Tree: true})
	return os.Rename(sub.dir, c.at(path))
}

// moveOut renames a file or a whole tree away, so that one event tells of all.
func (c *Churner) moveOut(e entry) error {
	away, err := os.MkdirTemp(filepath.Dir(filepath.Clean(c.dir)), "away")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(away) }()
	c.tell(event.Delete, e.told())
	return c.losing(e.path, func() error { return os.Rename(c.at(e.path), filepath.Join(away, "gone")) })
}

func (c *Churner) link(path string) error {
	list, err := c.entries()
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(e entry) bool { return !e.file })
	if len(list) == 0 || c.NoHardLinks {
		return nil
	}
	c.tell(event.Create, path)
	return os.Link(c.at(list[c.rng.IntN(len(list))].path), c.at(path))
}

// change does something to old; path is a free or taken name for it to move to.
func (c *Churner) change(roll int, old entry, path string) error {
	switch {
	case roll < 25 && old.file:
		return c.write(old.path)
	case roll < 35:
		return c.attrib(old)
	case roll < 55:
		return c.remove(old)
	case roll < 88:
		return c.rename(old, path)
	case roll < 92:
		return c.moveOut(old)
	case old.dir:
		return c.rename(old, path)
	}
	// The same name becomes another type.
	if err := c.remove(old); err != nil {
		return err
	}
	return c.add(c.rng.IntN(45), old.path)
}

func (c *Churner) attrib(e entry) error {
	c.tell(event.Attrib, e.told())
	info, err := os.Lstat(c.at(e.path))
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil
	}
	c.touch(e.path)
	switch c.rng.IntN(3) {
	case 0:
		mode := fs.FileMode(0o400 | c.rng.IntN(0o1000))
		if e.dir {
			mode |= 0o700
		}
		return os.Chmod(c.at(e.path), mode)
	case 1:
		return c.tick(e.path)
	}
	return extra(c.at(e.path), c.rng.IntN(1000))
}

// remove tells of every entry, the deepest first, as rm does.
func (c *Churner) remove(e entry) error {
	if e.dir {
		_ = os.Chmod(c.at(e.path), 0o755)
		list, err := os.ReadDir(c.at(e.path))
		if err != nil {
			return err
		}
		for _, d := range list {
			if err := c.remove(entry{path: e.path + "/" + d.Name(), dir: d.IsDir()}); err != nil {
				return err
			}
		}
	}
	c.tell(event.Delete, e.told())
	return c.losing(e.path, func() error { return os.Remove(c.at(e.path)) })
}

// losing does something that takes away a name, with all names below it. If a
// file was changed under such a name, nothing would tell what became of its other
// names: so one of them is written to.
func (c *Churner) losing(path string, do func() error) error {
	var lost []fs.FileInfo
	err := filepath.WalkDir(c.at(path), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil && c.touched[fileID(info)] {
			lost = append(lost, info)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := do(); err != nil || len(lost) == 0 {
		return err
	}
	list, err := c.entries()
	for _, info := range lost {
		for _, e := range list {
			if other, err := os.Lstat(c.at(e.path)); err == nil && os.SameFile(info, other) {
				if err := c.write(e.path); err != nil {
					return err
				}
				break
			}
		}
	}
	return err
}

// touch remembers that the file at path was changed.
func (c *Churner) touch(path string) {
	if info, err := os.Lstat(c.at(path)); err == nil {
		c.touched[fileID(info)] = true
	}
}

// rename moves old to path, replacing what rename(2) replaces.
func (c *Churner) rename(old entry, path string) error {
	if path == old.path || strings.HasPrefix(path, old.path+"/") {
		return nil
	}
	a, err := os.Lstat(c.at(old.path))
	if err != nil {
		return err
	}
	if b, err := os.Lstat(c.at(path)); err == nil {
		if os.SameFile(a, b) || b.IsDir() || old.dir {
			return c.swap(old, entry{path: path, dir: b.IsDir()})
		}
	}
	dest := entry{path: path, dir: old.dir}
	c.out = append(c.out, Change{Kind: event.Move, Path: old.told(), Dest: dest.told()})
	return c.losing(path, func() error { return os.Rename(c.at(old.path), c.at(path)) })
}

// swap exchanges two entries by way of a third name.
func (c *Churner) swap(a, b entry) error {
	if strings.HasPrefix(a.path+"/", b.path+"/") || strings.HasPrefix(b.path+"/", a.path+"/") {
		return nil
	}
	third := entry{path: "swap", dir: a.dir}
	if _, err := os.Lstat(c.at(third.path)); err == nil {
		return nil
	}
	for _, m := range [][2]entry{{a, third}, {b, {a.path, b.dir, false}}, {third, {b.path, a.dir, false}}} {
		c.out = append(c.out, Change{Kind: event.Move, Path: m[0].told(), Dest: m[1].told()})
		if err := os.Rename(c.at(m[0].path), c.at(m[1].path)); err != nil {
			return err
		}
	}
	return nil
}
