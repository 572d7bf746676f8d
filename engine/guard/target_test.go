package guard_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lsyncgo/engine/guard"
	"lsyncgo/engine/root"
)

// scene is a target below a directory that stands for a disk.
type scene struct {
	t            *testing.T
	dir          string
	path, source string
	target       guard.Target
}

func newScene(t *testing.T) *scene {
	dir := t.TempDir()
	s := &scene{t: t, dir: dir, path: dir + "/disk/target/", source: fill(t, dir, "source", []string{"a"})}
	fill(t, dir, "disk", []string{})
	return s
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// want checks the target, and that what was opened is what is there.
func (s *scene) want(err error) {
	s.t.Helper()
	dir, got := s.target.Check(s.path, s.source)
	if !errors.Is(got, err) || (err == nil) != (got == nil) {
		s.t.Errorf("got %v, wanted %v", got, err)
	}
	if err != nil && dir != nil {
		s.t.Error("it was opened all the same")
	}
	if dir == nil {
		return
	}
	defer dir.Close()
	is, err := root.Is(s.path)
	s.must(err)
	if held, err := root.Of(dir); err != nil || held != is {
		s.t.Errorf("opened %s, there is %s (%v)", held, is, err)
	}
}

// again makes another directory at path, with the inode number of the one that was if the file system likes to.
func (s *scene) again(path string, entries ...string) {
	s.t.Helper()
	before, err := root.Is(path)
	s.must(err)
	s.must(os.RemoveAll(path))
	for i := range 50 {
		other, err := os.MkdirTemp(s.dir, "n")
		s.must(err)
		if now, err := root.Is(other); err == nil && now.Inode == before.Inode || i == 49 {
			s.must(os.Rename(other, path))
			break
		}
	}
	fill(s.t, filepath.Dir(filepath.Clean(path)), filepath.Base(path), entries)
}

// §9: a target that is away.
func TestTargetAway(t *testing.T) {
	s := newScene(t)
	s.want(nil) // it is still to be made
	s.must(os.Mkdir(s.path, 0o755))
	s.want(nil)
	s.want(nil)
	s.must(os.Rename(s.dir+"/disk", s.dir+"/away"))
	s.want(guard.ErrAway)
	s.want(guard.ErrAway)
	s.must(os.Rename(s.dir+"/away", s.dir+"/disk"))
	s.want(nil)
}

// §9: a target that was removed is made again, and everything is sent.
func TestTargetRemoved(t *testing.T) {
	s := newScene(t)
	s.must(os.Chmod(s.source, 0o710))
	s.must(os.Mkdir(s.path, 0o755))
	s.want(nil)
	s.must(os.Remove(s.path))
	s.want(guard.ErrRenewed)
	info, err := os.Stat(s.path)
	if err != nil || info.Mode().Perm()&0o067 != 0 {
		t.Errorf("made again as %v (%v)", info, err)
	}
	s.want(nil)
	// Somebody else is faster than what fills it.
	s.again(s.path, "precious")
	s.want(guard.ErrOther)
}

// §9: only an empty directory in its place is filled unasked.
func TestTargetOther(t *testing.T) {
	s := newScene(t)
	fill(t, s.dir+"/disk", "target", []string{"a"})
	s.want(nil)
	s.again(s.path)
	s.want(guard.ErrRenewed)
	s.want(nil)
	s.again(s.path, "lost+found")
	s.want(guard.ErrRenewed)
	s.want(nil)
	s.target.Wrote(s.path)
	s.again(s.path, "precious")
	s.want(guard.ErrOther)
	s.want(guard.ErrOther)
	s.target.Accept()
	s.want(nil)
	s.want(nil)
	// What was accepted is that one, and no other.
	s.again(s.path, "precious")
	s.want(guard.ErrOther)
	s.target.Accept()
	s.again(s.path, "more")
	s.want(guard.ErrOther)
}

// §9: the right one is back before anybody said anything.
func TestTargetBack(t *testing.T) {
	s := newScene(t)
	fill(t, s.dir+"/disk", "target", []string{"a"})
	s.want(nil)
	s.must(os.Rename(s.path, s.dir+"/kept"))
	fill(t, s.dir+"/disk", "target", []string{"precious"})
	s.want(guard.ErrOther)
	s.must(os.Rename(s.path, s.dir+"/precious"))
	s.must(os.Rename(s.dir+"/kept", s.path))
	s.want(nil)
}

// §9: the same directory, emptied by somebody else, gets everything; emptied by the sync itself, nothing.
func TestTargetEmptied(t *testing.T) {
	s := newScene(t)
	s.must(os.Mkdir(s.path, 0o755))
	s.want(nil)
	s.must(os.Mkdir(s.path+"a", 0o755)) // by the sync
	s.target.Wrote(s.path)
	s.must(os.Remove(s.path + "a"))
	s.want(guard.ErrRenewed)
	s.want(nil)
	s.must(os.Mkdir(s.path+"a", 0o755))
	s.want(nil)
	s.must(os.Remove(s.path + "a")) // by the sync
	s.target.Wrote(s.path)
	s.want(nil)
}

// What the first startup has made is the target, also if it is another one before the next work begins.
func TestTargetMade(t *testing.T) {
	s := newScene(t)
	s.want(nil)
	s.must(os.Mkdir(s.path, 0o755))
	s.must(os.Mkdir(s.path+"a", 0o755))
	s.target.Wrote(s.path)
	s.again(s.path, "precious")
	s.want(guard.ErrOther)
}
