//go:build unix

// Command tasks measures lsyncgo's tasks with the built binary: how soon a task starts, what a storm of events costs, what sleeping
// jobs take, how fast the file manager moves. Where the Python module pyinotify is installed, a small program of its kind
// (one timer for each path) is measured beside it.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"time"
)

// scenario is one measurement. It prints its figures as rows "scenario engine what value".
type scenario struct {
	name string
	run  func(b *bench) error
}

var scenarios = []scenario{
	{"task-latency", latency},
	{"task-storm", storm},
	{"task-sleep", sleepers},
	{"task-move", moves},
}

// bench is one run of one scenario with one engine.
type bench struct {
	engine   string // "lsyncgo" or "pyinotify"
	program  string
	python   string // one that has pyinotify
	dir      string // of its own, removed afterwards
	scenario string
	files    int // how many, 0: as many as the scenario has by itself
}

func main() {
	program := flag.String("lsyncgo", "", "the binary to measure")
	only := flag.String("run", ".", "the scenarios whose name matches this")
	files := flag.Int("files", 0, "how many files, instead of each scenario's own number")
	workdir := flag.String("workdir", os.TempDir(), "where trees are made")
	flag.Parse()
	if err := measure(*program, *only, *workdir, *files); err != nil {
		fmt.Fprintln(os.Stderr, "tasks:", err)
		os.Exit(1)
	}
}

func measure(program, only, workdir string, files int) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	engines := []string{"lsyncgo"}
	python := withPyinotify()
	if python != "" {
		engines = append(engines, "pyinotify")
	}
	for _, s := range scenarios {
		if !chosen.MatchString(s.name) {
			continue
		}
		for _, engine := range engines {
			b := bench{engine: engine, program: program, python: python, scenario: s.name, files: files}
			switch err := one(s, b, workdir); {
			case err != nil && engine != "lsyncgo": // the peer may lose events, which is a result
				b.row("failed", "%v", err)
			case err != nil:
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

// withPyinotify returns a Python that has the module pyinotify, "" if there is none: a distribution's package is for its own Python alone.
func withPyinotify() string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import pyinotify").Run() == nil {
			return python
		}
	}
	return ""
}

func one(s scenario, b bench, workdir string) (err error) {
	if b.dir, err = os.MkdirTemp(workdir, "tasks"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.dir) }()
	for _, dir := range []string{"in", "out"} {
		if err := os.Mkdir(filepath.Join(b.dir, dir), 0o755); err != nil { // #nosec G301 -- a tree like any other
			return err
		}
	}
	return s.run(&b)
}

func (b *bench) row(what, format string, values ...any) {
	fmt.Printf("%-13s %-10s %-28s %s\n", b.scenario, b.engine, what, fmt.Sprintf(format, values...))
}

func (b *bench) number(own int) int {
	if b.files > 0 {
		return b.files
	}
	return own
}

// name is the path of the file with number i in the watched tree.
func (b *bench) name(i int) string { return filepath.Join(b.dir, "in", fmt.Sprintf("f%06d", i)) }

// latency: files are closed one by one; how long until the job of each runs. Each waits for the job of the one before, and then some:
// a reader of many events that come without a pause has them wait for each other.
func latency(b *bench) error {
	n := b.number(1000)
	d, err := b.start(`delay = 0`, `told:write(event.name, "\n"); told:flush()`)
	if err != nil {
		return err
	}
	defer d.end()
	for _, pause := range []time.Duration{10 * time.Millisecond, 0} {
		before := d.cpu()
		var took []time.Duration
		for i := range n {
			time.Sleep(pause)
			begun := time.Now()
			if err := os.WriteFile(b.name(i), nil, 0o600); err != nil {
				return err
			}
			if _, err := d.next(); err != nil {
				return err
			}
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		after := fmt.Sprintf("%v after the last", pause)
		b.row(after+", p50", "%.3f ms", took[n/2].Seconds()*1000)
		b.row(after+", p99", "%.3f ms", took[n*99/100].Seconds()*1000)
		b.row(after+", CPU", "%.3f ms", (d.cpu()-before).Seconds()*1000/float64(n))
	}
	return nil
}

// storm: many files are closed at once, each with a task after a second.
func storm(b *bench) error {
	n := b.number(100_000)
	// A line at a time would measure the writing: a job does nothing but tell its name, with 99 others.
	d, err := b.start(`delay = 1`, fmt.Sprintf(`names[#names + 1] = event.name
		if event.name ~= %q then
			count = count + 1
			if count %% 100 ~= 0 and count ~= %d then return end
		end
		told:write(table.concat(names, "\n"), "\n")
		names = {}`, probe, n))
	if err != nil {
		return err
	}
	defer d.end()
	closed := make([]atomic.Int64, n)
	written := make(chan error, 1)
	go func() { // beside the reading: a job that cannot write to the FIFO holds up the engine
		for i := range n {
			if err := os.WriteFile(b.name(i), nil, 0o600); err != nil {
				written <- err
				return
			}
			closed[i].Store(time.Now().UnixNano())
		}
		written <- nil
	}()
	var late time.Duration
	for range n {
		name, err := d.next()
		if err != nil {
			return err
		}
		var i int
		if _, err := fmt.Sscanf(name, "f%d", &i); err != nil || i >= n {
			return fmt.Errorf("the job told of %q", name)
		}
		late = max(late, time.Since(time.Unix(0, closed[i].Load()))-time.Second)
	}
	if err := <-written; err != nil {
		return err
	}
	b.row("files", "%d", n)
	b.row("latest job, after it was due", "%.3f s", late.Seconds())
	b.row("CPU", "%.3f s", d.cpu().Seconds())
	b.row("peak memory", "%.1f MiB", d.memory("VmHWM"))
	return nil
}

// sleepers: many jobs sleep at once.
func sleepers(b *bench) error {
	if b.engine != "lsyncgo" {
		return nil
	}
	n := b.number(10_000)
	d, err := b.start(`delay = 0`, `told:write(event.name, "\n"); told:flush(); sleep(3600)`)
	if err != nil {
		return err
	}
	defer d.end()
	for i := range n {
		if err := os.WriteFile(b.name(i), nil, 0o600); err != nil {
			return err
		}
	}
	for range n {
		if _, err := d.next(); err != nil {
			return err
		}
	}
	b.row("jobs asleep", "%d", n)
	b.row("memory", "%.1f MiB", d.memory("VmRSS"))
	return nil
}

// moves: the file manager moves files of 4 KiB to another directory.
func moves(b *bench) error {
	if b.engine != "lsyncgo" {
		return nil
	}
	n := b.number(20_000)
	d, err := b.start("", "")
	if err != nil {
		return err
	}
	defer d.end()
	content := make([]byte, 4096)
	begun := time.Now()
	for i := range n {
		if err := os.WriteFile(b.name(i), content, 0o600); err != nil {
			return err
		}
	}
	if err := d.until(func() bool { return count(filepath.Join(b.dir, "out")) == n }); err != nil {
		return err
	}
	b.row("files moved", "%d", n)
	b.row("from the first write on", "%.3f s", time.Since(begun).Seconds())
	b.row("CPU", "%.3f s", d.cpu().Seconds())
	return nil
}

func count(dir string) int {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return -1
	}
	return len(entries)
}
