package process

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"lsyncgo/engine/work"
)

// TestStartNeverBlocks starts without anybody receiving exits.
// §2: spawn never holds the engine up.
func TestStartNeverBlocks(t *testing.T) {
	r := newRunner(t, Options{})
	const n = 100
	for i := range work.ID(n) {
		if i%2 == 0 {
			r.Start(i, &Command{Binary: "no-such-binary"})
		} else {
			r.Start(i, &Job{Name: "j", Run: func(context.Context, io.Writer) int { return int(i) }})
		}
	}
	seen := map[work.ID]bool{}
	for range n {
		x := next(t, r)
		if want := int(x.Proc); seen[x.Proc] || x.Proc%2 == 1 && x.Result.Code != want || x.Proc%2 == 0 && x.Result.Code != 127 {
			t.Errorf("got %+v", x)
		}
		seen[x.Proc] = true
	}
}

func TestJob(t *testing.T) {
	out := newOutput()
	r := newRunner(t, Options{Output: out.take, TailLines: 2})
	r.Start(1, &Job{Name: "copy", Run: func(_ context.Context, w io.Writer) int {
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() { fmt.Fprintf(w, "part %d\n", i) })
		}
		all.Wait()
		fmt.Fprint(w, "a\nb")
		return 23
	}})
	if res := next(t, r).Result; res.Code != 23 || !slices.Equal(res.Tail, []string{"a", "b"}) || res.Err != nil {
		t.Errorf("got %+v", res)
	}
	if len(out) != 12 {
		t.Errorf("%d lines of output", len(out))
	}
}

func TestJobPanics(t *testing.T) {
	res := run(t, &Job{Name: "bad", Run: func(context.Context, io.Writer) int { panic("oops") }})
	if res.Code != CodePanic || res.Err == nil || !strings.Contains(res.Err.Error(), "job bad") || !strings.Contains(res.Err.Error(), "oops") {
		t.Errorf("got %+v", res)
	}
}

// What a job says is our own, so it is printable where a child's output is passed on as it comes.
func TestConsoleOfJob(t *testing.T) {
	var console bytes.Buffer
	var emitted []string
	r := newRunner(t, Options{Stderr: &console, Output: func(_ work.ID, line string, _ bool) { emitted = append(emitted, line) }})
	r.Start(1, &Job{Run: func(_ context.Context, w io.Writer) int {
		_, err := io.WriteString(w, "write \x1b]0;owned\a\xff: denied\nno end")
		if err != nil {
			t.Error(err)
		}
		return 23
	}})
	next(t, r)
	if want := `write \x1b]0;owned\x07\xff: denied` + "\nno end\n"; console.String() != want || len(emitted) != 2 {
		t.Errorf("console %q, lines %q", &console, emitted)
	}
}

func TestJobWritesTooLate(t *testing.T) {
	var out io.Writer
	run(t, &Job{Run: func(_ context.Context, w io.Writer) int { out = w; return 0 }})
	if _, err := out.Write([]byte("x\n")); err == nil {
		t.Error("a job that has ended can write")
	}
}

// TestMaxJobs: jobs over the bound wait in line, can be killed there, and come in order.
func TestMaxJobs(t *testing.T) {
	r := newRunner(t, Options{MaxJobs: 2})
	began := make(chan work.ID, 10)
	release := make(chan struct{})
	for id := range work.ID(6) {
		r.Start(id, &Job{Run: func(context.Context, io.Writer) int {
			began <- id
			<-release
			return 0
		}})
	}
	first := []work.ID{<-began, <-began}
	slices.Sort(first)
	if !slices.Equal(first, []work.ID{0, 1}) {
		t.Fatalf("%d began first", first)
	}
	r.Kill(3)
	if x := next(t, r); x.Proc != 3 || x.Result.Code != CodeKilled || x.Result.Signal != 15 {
		t.Errorf("got %+v", x)
	}
	if len(began) != 0 {
		t.Error("more than two run")
	}
	for _, want := range []work.ID{2, 4, 5} {
		release <- struct{}{}
		if x := next(t, r); x.Result.Code != 0 {
			t.Errorf("got %+v", x)
		}
		if got := <-began; got != want {
			t.Errorf("%d began, want %d", got, want)
		}
	}
	close(release)
}

func TestKillJob(t *testing.T) {
	r := newRunner(t, Options{})
	r.Start(1, &Job{Run: func(ctx context.Context, _ io.Writer) int {
		<-ctx.Done()
		return 20
	}})
	r.Kill(1)
	if x := next(t, r); x.Proc != 1 || x.Result.Code != 20 {
		t.Errorf("got %+v", x)
	}
}

// TestClose: exits can be received while it goes on, the channel is closed at the end,
// and the other methods return.
func TestClose(t *testing.T) {
	r := NewRunner(Options{MaxJobs: 1})
	for id := range work.ID(3) {
		r.Start(id, &Job{Run: func(ctx context.Context, _ io.Writer) int { <-ctx.Done(); return 1 }})
	}
	closeRunner(t, r)
	closeRunner(t, r)
	for range r.Exits() {
		t.Error("an exit after Close")
	}
	r.Start(9, script("exit", "0"))
	r.Kill(9)
}

// TestCloseStartsNothing starts while Close waits.
func TestCloseStartsNothing(t *testing.T) {
	r := NewRunner(Options{})
	release, closing := make(chan struct{}), make(chan struct{})
	r.Start(1, &Job{Run: func(ctx context.Context, _ io.Writer) int {
		<-ctx.Done()
		close(closing)
		<-release
		return 0
	}})
	closed := make(chan struct{})
	go func() {
		closeRunner(t, r)
		close(closed)
	}()
	<-closing
	r.Start(2, &Job{Run: func(context.Context, io.Writer) int { t.Error("began"); return 0 }})
	r.Start(3, script("exit", "0"))
	for range 2 {
		if x := next(t, r); x.Result.Code != CodeKilled {
			t.Errorf("got %+v", x)
		}
	}
	close(release)
	<-closed
}

func TestCloseReportsDeafJob(t *testing.T) {
	r := NewRunner(Options{})
	release := make(chan struct{})
	r.Start(1, &Job{Run: func(context.Context, io.Writer) int { <-release; return 0 }})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Close(ctx); err == nil {
		t.Error("Close says that a job has ended that has not")
	}
	close(release)
	closeRunner(t, r)
}

func BenchmarkChild(b *testing.B) {
	r := newRunner(b, Options{})
	for b.Loop() {
		r.Start(1, &Command{Binary: "/bin/true"})
		next(b, r)
	}
}

func BenchmarkJob(b *testing.B) {
	r := newRunner(b, Options{})
	j := &Job{Run: func(context.Context, io.Writer) int { return 0 }}
	for b.Loop() {
		r.Start(1, j)
		next(b, r)
	}
}
