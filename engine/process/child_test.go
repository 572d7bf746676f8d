package process

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/work"
)

func TestEnds(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	noProgram := filepath.Join(dir, "no program")
	for path, mode := range map[string]os.FileMode{plain: 0o644, noProgram: 0o755} {
		if err := os.WriteFile(path, []byte{0, 1, 2}, mode); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := script("exit", "0")
	elsewhere.Dir = filepath.Join(dir, "gone")
	for _, tt := range []struct {
		name string
		work work.Work
		code int
		err  string
	}{
		{"ok", script("exit", "0"), 0, ""},
		{"code", script("exit", "23"), 23, ""},
		{"highest", script("exit", "255"), 255, ""},
		{"missing", &Command{Binary: "no-such-binary-here"}, 127, "start no-such-binary-here: executable file not found"},
		{"missing path", &Command{Binary: "/no/such/rsync"}, 127, "install the package rsync"},
		{"not executable", &Command{Binary: plain}, 126, "permission denied"},
		{"no program", &Command{Binary: noProgram}, 126, "exec format error"},
		{"directory", &Command{Binary: dir}, 126, "permission denied"},
		{"missing directory", elsewhere, 127, "no such file or directory"},
		{"argument with NUL", &Command{Binary: "true", Args: []string{"a\x00b"}}, 126, "invalid argument"},
		{"too many arguments", &Command{Binary: "true", Args: []string{strings.Repeat("x", 8<<20)}}, 126, "argument list too long"},
		{"unknown work", unknown{}, 126, "cannot run a process.unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := run(t, tt.work)
			if res.Code != tt.code || res.Signal != 0 || (res.Err == nil) != (tt.err == "") {
				t.Fatalf("got %+v, want code %d, error %q", res, tt.code, tt.err)
			}
			if res.Err != nil && !strings.Contains(res.Err.Error(), tt.err) {
				t.Errorf("error %q does not say %q", res.Err, tt.err)
			}
		})
	}
}

type unknown struct{}

func (unknown) Describe() string { return "unknown" }

func TestMissingBinaryNamesPackage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for binary, pkg := range map[string]string{"rsync": "rsync", "ssh": "openssh-client"} {
		if res := run(t, &Command{Binary: binary}); res.Code != 127 || !strings.Contains(res.Err.Error(), "install the package "+pkg) {
			t.Errorf("%s: got %+v", binary, res)
		}
		if _, err := Find(binary); err == nil || !strings.Contains(err.Error(), "install the package "+pkg) {
			t.Errorf("Find(%s): %v", binary, err)
		}
	}
}

// The name once, and a remedy that fits.
func TestMissingBinaryIsNamedOnce(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	path := filepath.Join(t.TempDir(), "index")
	for binary, want := range map[string]string{
		path:    "start " + path + ": no such file or directory; install it or correct its path",
		"index": "start index: executable file not found in $PATH; install it or give its full path",
	} {
		if res := run(t, &Command{Binary: binary}); res.Err == nil || res.Err.Error() != want {
			t.Errorf("got %v, want %s", res.Err, want)
		}
	}
}

// §6: the last lines of a child, for the log.
func TestTail(t *testing.T) {
	long := strings.Repeat("y", lineMax+1)
	for _, tt := range []struct {
		name string
		args []string
		want []string
	}{
		{"none", nil, nil},
		{"lines", []string{"a\nb\n"}, []string{"a", "b"}},
		{"no newline", []string{"a\nb"}, []string{"a", "b"}},
		{"progress", []string{"10%\r20%\r\ndone\n"}, []string{"10%", "20%", "done"}},
		{"bytes", []string{"\xff\x01\n"}, []string{"\xff\x01"}},
		{"last ones", []string{"1\n2\n3\n4\n5\n6\n"}, []string{"3", "4", "5", "6"}},
		{"errors come last", []string{"2>bad\n", "1\n2\n3\n4\n"}, []string{"2", "3", "4", "bad"}},
		{"errors first of all", []string{"2>1\n2\n3\n4\n5\n", "out\n"}, []string{"2", "3", "4", "5"}},
		{"long", []string{long + "\nb\n"}, []string{long[:lineMax] + "...", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRunner(t, Options{TailLines: 4})
			r.Start(1, script("print", tt.args...))
			if res := next(t, r).Result; res.Code != 0 || !slices.Equal(res.Tail, tt.want) {
				t.Errorf("got %+v, want tail %q", res, tt.want)
			}
		})
	}
}

func TestOutputAndTee(t *testing.T) {
	var stdout, stderr bytes.Buffer
	lines := make(chan string, 3)
	r := newRunner(t, Options{Stdout: &stdout, Stderr: &stderr, Output: func(id work.ID, line string, bad bool) {
		lines <- fmt.Sprint(id, line, bad)
	}})
	r.Start(7, script("print", "out\rput", "2>err\n"))
	next(t, r)
	closeRunner(t, r)
	if stdout.String() != "out\rput" || stderr.String() != "err\n" {
		t.Errorf("tee: %q, %q", &stdout, &stderr)
	}
	got := []string{<-lines, <-lines, <-lines}
	slices.Sort(got)
	if want := []string{"7errtrue", "7outfalse", "7putfalse"}; !slices.Equal(got, want) {
		t.Errorf("output: %q, want %q", got, want)
	}
}

func TestDirAndEnv(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := script("env")
	c.Dir, c.Env = dir, append(c.Env, "GREETING=hi")
	if res := run(t, c); !slices.Equal(res.Tail, []string{dir + " hi"}) {
		t.Errorf("got %+v", res)
	}
}

// §2: spawn with more input than a pipe holds.
func TestHugeInput(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcde\x00"), 100<<20/16)
	want := fmt.Sprintf("%d %x", len(data), sha256.Sum256(data))
	whole, fed := script("hash"), script("hash")
	whole.Stdin = data
	fed.Feed = func(_ context.Context, w io.Writer) error {
		for rest := data; len(rest) > 0; {
			n := min(len(rest), 1000)
			if _, err := w.Write(rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	}
	for name, c := range map[string]*Command{"Stdin": whole, "Feed": fed} {
		if res := run(t, c); res.Code != 0 || !slices.Equal(res.Tail, []string{want}) {
			t.Errorf("%s: got %+v, want %s", name, res, want)
		}
	}
}

// §2: more output than anybody reads.
func TestHugeOutput(t *testing.T) {
	for _, args := range [][]string{{"134217728"}, {"4194304", "some line"}} {
		res := run(t, script("flood", args...))
		if res.Code != 0 || len(res.Tail) == 0 || res.Tail[len(res.Tail)-1] != "last" {
			t.Errorf("flood %q: got code %d, %d lines", args, res.Code, len(res.Tail))
		}
	}
}

// TestInputNotWanted has children that leave much input unread.
func TestInputNotWanted(t *testing.T) {
	data := bytes.Repeat([]byte("x"), 1<<20)
	for name, code := range map[string]int{"close stdin": 3, "exit": 5} {
		c := script(name, "5")
		c.Stdin = data
		if res := run(t, c); res.Code != code || res.Err != nil {
			t.Errorf("%s: got %+v", name, res)
		}
		c = script(name, "5")
		c.Feed = func(_ context.Context, w io.Writer) error {
			for {
				if _, err := w.Write(data); err != nil {
					return errors.New("nobody knows where this is from: " + err.Error())
				}
			}
		}
		if res := run(t, c); res.Code != code || res.Err != nil {
			t.Errorf("%s, fed: got %+v", name, res)
		}
	}
}

// §2: input that nobody takes.
func TestChildNeverReads(t *testing.T) {
	out := newOutput()
	r := newRunner(t, Options{Output: out.take})
	c := script("wait")
	c.Stdin = bytes.Repeat([]byte("x"), 1<<20)
	r.Start(1, c)
	out.want(t, "ready")
	r.Kill(1)
	if res := next(t, r).Result; res.Code != 143 || res.Signal != 15 {
		t.Errorf("got %+v", res)
	}
}

func TestFeedEndsWithChild(t *testing.T) {
	c := script("first line")
	stopped := make(chan struct{})
	c.Feed = func(ctx context.Context, w io.Writer) error {
		defer close(stopped)
		// More than the buffer, so that the line leaves it.
		if _, err := w.Write(append([]byte("hello\n"), make([]byte, 40<<10)...)); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	if res := run(t, c); res.Code != 4 || res.Err != nil || !slices.Equal(res.Tail, []string{"hello"}) {
		t.Errorf("got %+v", res)
	}
	<-stopped
}

// TestFeedFails: a child must not take a part of the input for all of it, not even
// one that is slow to end.
func TestFeedFails(t *testing.T) {
	broken := errors.New("plan broke")
	for name, fail := range map[string]func() error{
		"error": func() error { return broken },
		"panic": func() error { panic(broken) },
	} {
		out := newOutput()
		r := newRunner(t, Options{Output: out.take, KillGrace: 100 * time.Millisecond})
		mark := filepath.Join(t.TempDir(), "saw the end")
		c := script("mark end", mark)
		c.Feed = func(_ context.Context, w io.Writer) error {
			_, _ = w.Write([]byte("half"))
			out.want(t, "ready")
			return fail()
		}
		r.Start(1, c)
		res := next(t, r).Result
		if res.Code != CodeFeed || res.Err == nil || !strings.Contains(res.Err.Error(), "plan broke") {
			t.Errorf("%s: got %+v", name, res)
		}
		if name == "error" && !errors.Is(res.Err, broken) {
			t.Errorf("%v does not wrap the error of Feed", res.Err)
		}
		if _, err := os.Stat(mark); err == nil {
			t.Errorf("%s: the child saw the end of its input", name)
		}
	}
}

// TestDeafFeed has a Feed that does not notice that its child has ended.
func TestDeafFeed(t *testing.T) {
	release := make(chan struct{})
	c := script("exit", "6")
	c.Feed = func(context.Context, io.Writer) error {
		<-release
		return nil
	}
	r := newRunner(t, Options{})
	r.Start(1, c)
	if res := next(t, r).Result; res.Code != 6 {
		t.Errorf("got %+v", res)
	}
	close(release)
}

func TestBlockedTeeHoldsNothingUp(t *testing.T) {
	r, w := io.Pipe()
	run := newRunner(t, Options{Stdout: w})
	run.Start(1, script("print", "text"))
	if res := next(t, run).Result; res.Code != 0 {
		t.Errorf("got %+v", res)
	}
	r.Close()
}

func TestCloseKillsAtOnceWithoutTime(t *testing.T) {
	out := newOutput()
	r := NewRunner(Options{Output: out.take, KillGrace: time.Hour})
	r.Start(1, script("ignore TERM"))
	out.want(t, "ready")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
}
