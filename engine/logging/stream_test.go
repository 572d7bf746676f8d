package logging

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestStream(t *testing.T) {
	dir := t.TempDir()
	for name, to := range map[string]string{
		"out": "/dev/stdout", "chain": "out", "err": "/proc/self/fd/2", "plain": "file", "dangling": "nowhere", "loop": "loop",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]StandardStream{
		"": None, "/dev/null": None, "/dev/fd/3": None, "/var/log/stdout": None, "stdout": None, "-": None,
		"/dev/stdout": Stdout, "/dev/fd/1": Stdout, "/proc/self/fd/1": Stdout, "/dev/../dev//stdout": Stdout,
		"/dev/stderr": Stderr, "/dev/fd/2": Stderr, "/proc/self/fd/2": Stderr,
		dir + "/out": Stdout, dir + "/chain": Stdout, dir + "/err": Stderr,
		dir + "/plain": None, dir + "/dangling": None, dir + "/loop": None, dir: None,
	} {
		if got := Stream(path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

// §1 -logfile: a log file that is a stream gets each line once, the console none.
func TestFileIsStream(t *testing.T) {
	for _, c := range []struct {
		file    string
		console bool
		toErr   bool
	}{
		{"/dev/stdout", true, false}, {"/dev/stdout", false, false}, {"/dev/stderr", true, true}, {"/proc/self/fd/1", true, false},
	} {
		var out, bad bytes.Buffer
		l := newLogger(t, Options{File: c.file, Console: c.console, Stdout: &out, Stderr: &bad})
		l.Log("Normal", "n")
		if err := l.Reopen(); err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		l.Log("Error", "e")
		if err := l.Close(); err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		full, empty := &out, &bad
		if c.toErr {
			full, empty = empty, full
		}
		const stamp = `[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d \d{4} `
		want(t, full.String(), `^`+stamp+`Normal: n\n`+stamp+`Error: e\n$`)
		want(t, empty.String(), `^$`)
	}
}
