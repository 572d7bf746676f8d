//go:build unix

package tree_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"lsyncgo/engine/tree"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRead: what is read is as os.Lstat has it, in order, names as they are.
func TestRead(t *testing.T) {
	at := t.TempDir() + "/"
	odd := "-\n\xff \"'"
	for _, name := range []string{"b", odd, "a"} {
		check(t, os.WriteFile(at+name, []byte(name), 0o640))
	}
	check(t, os.Mkdir(at+"d", 0o755))
	check(t, os.Chmod(at+"d", 0o755|fs.ModeSticky|fs.ModeSetgid))
	check(t, os.Chmod(at+"b", 0o755|fs.ModeSetuid))
	check(t, os.Symlink("nowhere", at+"l"))
	var r tree.Reader
	got, err := r.Read(at)
	check(t, err)
	if names := fmt.Sprintf("%q", list(got)); names != fmt.Sprintf("%q", []string{odd, "a", "b", "d", "l"}) {
		t.Errorf("read %s", names)
	}
	for _, e := range got {
		st, err := os.Lstat(at + e.Name)
		check(t, err)
		size := st.Size()
		if st.IsDir() {
			size = 0
		}
		if e.Mode != st.Mode() || e.Size != size || e.Modified != st.ModTime().UnixNano() || e.Inode == 0 || e.Refused {
			t.Errorf("%q: %+v, want %v", e.Name, e, st)
		}
		if e.Latest().Before(st.ModTime()) {
			t.Errorf("%q changed at %v", e.Name, e.Latest())
		}
	}
}

// TestReadNoDirectory: a link is not followed, and like a file it is no directory any more.
func TestReadNoDirectory(t *testing.T) {
	at := t.TempDir() + "/"
	check(t, os.Symlink("/", at+"link"))
	check(t, os.WriteFile(at+"file", nil, 0o644))
	var r tree.Reader
	for _, path := range []string{"link/", "file/", "nothing/"} {
		if got, err := r.Read(at + path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %d entries, %v", path, len(got), err)
		}
	}
	if _, err := r.Read("/"); err != nil {
		t.Error(err)
	}
}

// grow makes n files, a hundred in a directory, and returns the bytes of all names.
func grow(t testing.TB, at string, n int) (names int) {
	for i := range n / 100 {
		d := fmt.Sprintf("directory-%d", i)
		check(t, os.Mkdir(at+d, 0o755))
		names += len(d)
		for j := range 100 {
			name := fmt.Sprintf("file-%d-%d.txt", i, j)
			check(t, os.WriteFile(at+d+"/"+name, nil, 0o644))
			names += len(name)
		}
	}
	return names
}

// pass lists all below top.
func pass(t testing.TB, r *tree.Reader, at string, top *tree.Dir) {
	for path, d := range top.All("") {
		is, err := r.Read(at + path)
		check(t, err)
		d.Entries = tree.Compare(d.Entries, is, func(c tree.Change) bool {
			if c.Is != nil && c.Is.IsDir() && c.Is.Below == nil {
				c.Is.Below = &tree.Dir{}
			}
			return true
		})
	}
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestMemory, issue 9: at most 150 bytes a file beyond its name. Tasks §3 Speed, load and faults.
func TestMemory(t *testing.T) {
	const files = 5000
	at := t.TempDir() + "/"
	names := grow(t, at, files)
	var top tree.Dir
	before := heap()
	pass(t, &tree.Reader{}, at, &top)
	if got := (heap() - before - names) / files; got > 150 {
		t.Errorf("%d bytes a file beyond its name", got)
	}
	runtime.KeepAlive(&top)
}

// BenchmarkPass is one comparison of a tree with itself, beside what find -printf takes for it.
func BenchmarkPass(b *testing.B) {
	const files = 200_000
	at := b.TempDir() + "/"
	names := grow(b, at, files)
	var r tree.Reader
	var top tree.Dir
	before := heap()
	pass(b, &r, at, &top)
	held := heap() - before - names
	find := func() time.Duration {
		began := time.Now()
		check(b, exec.Command("find", at, "-printf", "%p %s %T@ %C@ %i %m\n").Run())
		return time.Since(began)
	}
	var other time.Duration
	for b.Loop() {
		pass(b, &r, at, &top)
		b.StopTimer()
		other += find()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(other), "of-find")
	b.ReportMetric(float64(held)/files, "B/file")
}
