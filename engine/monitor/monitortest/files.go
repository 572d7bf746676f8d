package monitortest

import (
	"os"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// testWritten, §4, §9: who knows nothing of Create hears of a new file that was written, and one that can
// tell a file that was not.
func testWritten(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	for _, mode := range []event.Mode{event.CloseWrite, event.ModifyOnly, event.CloseWriteOrModify, event.CloseWriteAfterModify} {
		s := NewSession(t, open)
		r := s.Root("root", monitor.Root{Mode: mode})
		run(t, r.Path, "write ../o one; mkdir ../od; write ../od/f one")
		s.Watch(r)
		written := func(path string) bool {
			for _, e := range s.Log() {
				if e.Path == path && (e.Kind == event.Create && e.Written || e.Kind == event.Modify) {
					return true
				}
			}
			return false
		}
		run(t, r.Path, "write f one; mkdir d/e; write d/e/f one")
		for _, path := range []string{"f", "d/e/f"} {
			s.Until(func() string { return "for " + path }, func() bool { return written(path) })
		}
		run(t, r.Path, "symlink f l; mv ../o o; mv ../od od; ln f h")
		s.Equal()
		for path, tells := range map[string]bool{"l": true, "o": p.Exact, "od/f": p.Exact, "h": p.Exact} {
			if tells && written(path) {
				t.Errorf("mode %d: %s was reported as written", mode, path)
			}
		}
	}
}

func testModes(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	for _, c := range []struct {
		mode event.Mode
		want []string // after: open, write, close of a file; open, close of it
	}{
		{event.CloseWrite, []string{"", "", "Modify f", "Modify f"}},
		{event.ModifyOnly, []string{"", "Modify f", "", ""}},
		{event.CloseWriteOrModify, []string{"", "Modify f", "Modify f", "Modify f"}},
		{event.CloseWriteAfterModify, []string{"", "", "Modify f", ""}},
	} {
		s := NewSession(t, open)
		r := s.Root("root", monitor.Root{Mode: c.mode})
		run(t, r.Path, "write f one")
		s.Watch(r)
		f, err := os.OpenFile(r.Path+"f", os.O_WRONLY, 0)
		check(t, err)
		s.compare(c.want[0])
		_, err = f.WriteString("two")
		check(t, err)
		s.compare(c.want[1])
		check(t, f.Close())
		s.compare(c.want[2])
		run(t, r.Path, "touch f")
		s.compare(c.want[3])
		run(t, r.Path, "write g one")
		s.compare("Create g")
	}
}

// testHeld: a new file is reported when it is complete.
func testHeld(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	create := func(name string) *os.File {
		f, err := os.Create(r.Path + name)
		check(t, err)
		_, err = f.WriteString("half")
		check(t, err)
		return f
	}
	f := create("f")
	run(t, r.Path, "write g one")
	s.compare("Create g") // which f does not hold up
	run(t, r.Path, "chmod 600 f")
	s.compare("")
	check(t, f.Close())
	s.compare("Create f")

	f = create("a")
	s.compare("")
	run(t, r.Path, "mv a b")
	s.compare("Delete a")
	run(t, r.Path, "mkdir d")
	s.compare("Create d/")
	run(t, r.Path, "mv b d/c")
	s.compare("Delete b")
	run(t, r.Path, "mv d e")
	s.compare("Move d/ -> e/")
	check(t, f.Close())
	s.compare("Create e/c")

	f = create("gone")
	s.compare("")
	run(t, r.Path, "rm gone")
	s.compare("Delete gone")
	check(t, f.Close())
	s.compare("")

	f = create("out")
	s.compare("")
	run(t, r.Path, "mv out ../out")
	s.compare("Delete out")
	check(t, f.Close())
	s.compare("")

	// Found by listing a new directory: held too.
	run(t, r.Path, "mkdir ../n")
	f = create("../n/f")
	run(t, r.Path, "mkdir m")
	f2 := create("m/f")
	s.compare("Create m/")
	check(t, f2.Close())
	s.compare("Create m/f")
	check(t, f.Close())
	s.Equal()
}
