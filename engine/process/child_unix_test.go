//go:build unix

package process

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// §6: signal N is exit code 128+N.
func TestDeathBySignal(t *testing.T) {
	for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGKILL, unix.SIGSEGV} {
		res := run(t, &Command{Binary: "sh", Args: []string{"-c", fmt.Sprintf("kill -%d $$", int(sig))}})
		if res.Code != 128+int(sig) || res.Signal != int(sig) || res.Err != nil {
			t.Errorf("%v: got %+v", sig, res)
		}
	}
}

func init() {
	scripts["ids"] = func([]string) int {
		fmt.Println(os.Getpid(), unix.Getpgrp())
		return 0
	}
}

func TestOwnGroup(t *testing.T) {
	res := run(t, script("ids"))
	var pid, group int
	if _, err := fmt.Sscan(strings.Join(res.Tail, " "), &pid, &group); err != nil || pid != group {
		t.Errorf("process and group are %q", res.Tail)
	}
}

func TestKill(t *testing.T) {
	for _, tt := range []struct {
		script string
		grace  time.Duration
		code   int
	}{
		{"wait", time.Hour, 143},
		{"ignore TERM", time.Millisecond, 137},
	} {
		out := newOutput()
		r := newRunner(t, Options{Output: out.take, KillGrace: tt.grace})
		r.Start(1, script(tt.script))
		out.want(t, "ready")
		r.Kill(2) // not running
		r.Kill(1)
		r.Kill(1)
		if res := next(t, r).Result; res.Code != tt.code || res.Signal != tt.code-128 {
			t.Errorf("%s: got %+v", tt.script, res)
		}
		r.Kill(1) // no longer running
	}
}

func TestKillWakesStopped(t *testing.T) {
	out := newOutput()
	r := newRunner(t, Options{Output: out.take, KillGrace: time.Hour})
	r.Start(1, &Command{Binary: "sh", Args: []string{"-c", "echo ready; kill -STOP $$"}})
	out.want(t, "ready")
	r.Kill(1)
	if res := next(t, r).Result; res.Code != 143 {
		t.Errorf("got %+v", res)
	}
}

// held is a fifo whose writers the test can see end.
type held struct {
	path string
	f    *os.File
}

func newHeld(t *testing.T) *held {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // opens without a writer
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &held{path, f}
}

// wantGone waits until every process that has the fifo open for writing has ended.
func (h *held) wantGone(t *testing.T) {
	t.Helper()
	if err := h.f.SetReadDeadline(time.Now().Add(deadline)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, h.f); err != nil {
		t.Fatalf("a grandchild lives: %v", err)
	}
}

// TestKillReachesGrandchildren has a child that ends when asked, and grandchildren that
// ignore that; one holds the child's streams, one does not.
func TestKillReachesGrandchildren(t *testing.T) {
	const stubborn = `(trap "" TERM; echo ready; exec sleep 1000)`
	for name, redirect := range map[string]string{"with streams": "", "without": " >/dev/null 2>&1 </dev/null"} {
		t.Run(name, func(t *testing.T) {
			h, out := newHeld(t), newOutput()
			r := newRunner(t, Options{Output: out.take, KillGrace: time.Millisecond})
			ready := `echo ready; wait`
			if redirect == "" {
				ready = `wait`
			}
			r.Start(1, &Command{Binary: "sh", Args: []string{"-c", `exec 3>"$1"; ` + stubborn + redirect + ` & ` + ready, "sh", h.path}})
			out.want(t, "ready")
			r.Kill(1)
			if res := next(t, r).Result; res.Code != 143 {
				t.Errorf("got %+v", res)
			}
			h.wantGone(t)
		})
	}
}

// TestBackground: what a script leaves in the background keeps neither its exit
// nor the others waiting, is not ended, and its output is still heard.
func TestBackground(t *testing.T) {
	h, out := newHeld(t), newOutput()
	r := newRunner(t, Options{Output: out.take, TailLines: 3})
	gate := filepath.Join(t.TempDir(), "gate")
	if err := unix.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	r.Start(1, &Command{Binary: "sh", Args: []string{"-c",
		`exec 3>"$1"; (read x <"$2"; echo late; echo "$x" >&2) & echo early; exit 9`, "sh", h.path, gate}})
	if res := next(t, r).Result; res.Code != 9 || !slices.Equal(res.Tail, []string{"early"}) {
		t.Fatalf("got %+v", res)
	}
	if err := os.WriteFile(gate, []byte("word\n"), 0); err != nil {
		t.Fatal(err)
	}
	got := []string{<-out, <-out, <-out}
	slices.Sort(got)
	if want := []string{"early", "late", "word"}; !slices.Equal(got, want) {
		t.Errorf("output %q, want %q", got, want)
	}
	h.wantGone(t)
}

// TestBackgroundFlood: a grandchild that never stops printing cannot keep the exit.
func TestBackgroundFlood(t *testing.T) {
	h := newHeld(t)
	r := newRunner(t, Options{})
	r.Start(1, &Command{Binary: "sh", Args: []string{"-c", `exec 3>"$1"; yes & exit 9`, "sh", h.path}})
	if res := next(t, r).Result; res.Code != 9 {
		t.Errorf("got %+v", res)
	}
	closeRunner(t, r) // takes the pipe away, so yes ends
	h.wantGone(t)
}

// TestGrandchildHoldsInput: nobody reads the input, and the pipe stays open.
func TestGrandchildHoldsInput(t *testing.T) {
	h := newHeld(t)
	if err := unix.Mkfifo(h.path+".gate", 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRunner(t, Options{})
	r.Start(1, &Command{
		Binary: "sh",
		Args:   []string{"-c", `exec 3>"$1" 4<&0; (read x <"$1.gate") <&4 & exit 9`, "sh", h.path},
		Stdin:  make([]byte, 1<<20),
	})
	if res := next(t, r).Result; res.Code != 9 {
		t.Errorf("got %+v", res)
	}
	closeRunner(t, r)
	gate, err := os.OpenFile(h.path+".gate", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer gate.Close()
	if _, err := gate.WriteString("go\n"); err != nil {
		t.Fatal(err)
	}
	h.wantGone(t)
}

// TestCloseEndsGroups ends a whole pipeline.
func TestCloseEndsGroups(t *testing.T) {
	h, out := newHeld(t), newOutput()
	r := NewRunner(Options{Output: out.take})
	r.Start(1, &Command{Binary: "sh", Args: []string{"-c", `exec 3>"$1"; echo ready; sleep 1000 | sleep 1000`, "sh", h.path}})
	out.want(t, "ready")
	closeRunner(t, r)
	h.wantGone(t)
}
