//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// probe is the file that shows whether the tree is watched.
const probe = "probe"

// patience is how long nothing may happen.
const patience = 2 * time.Minute

// running is an engine at work on a tree, whose jobs write lines to a FIFO.
type running struct {
	cmd  *exec.Cmd
	told *os.File
	line *bufio.Reader
	out  string // what it printed
}

const config = `
told, names, count = io.open(%q, "w"), {}, 0
local s = scheduler.task { %s, job = function(event) %s end }
watch { path = %q, event_map = { IN_CLOSE_WRITE = s.schedule } }
`

const mover = `
told = io.open(%q, "w")
local s = scheduler.filemanager { rules = { { action = "move", src_re = [[^%s/in/(?P<name>.*)$]], dst_re = [[%[2]s/out/\g<name>]] } } }
watch { path = %[3]q, event_map = { IN_CLOSE_WRITE = s.schedule } }
`

// peer is the same in Python: one timer for each path, begun anew by each event.
const peer = `
import asyncio, os, pyinotify, sys
told = open(sys.argv[1], "w")
delay = float(sys.argv[3])
loop = asyncio.new_event_loop()
timers = {}
def job(name):
    timers.pop(name, None)
    told.write(name + "\n")
    told.flush()
class Handler(pyinotify.ProcessEvent):
    def process_IN_CLOSE_WRITE(self, event):
        if event.name in timers: timers[event.name].cancel()
        timers[event.name] = loop.call_later(delay, job, event.name)
wm = pyinotify.WatchManager()
notifier = pyinotify.AsyncioNotifier(wm, loop, default_proc_fun=Handler())
wm.add_watch(sys.argv[2], pyinotify.IN_CLOSE_WRITE)
told.write("ready\n"); told.flush()
loop.run_forever()
`

// start starts the engine and returns when a file closed in the tree starts a job.
func (b *bench) start(keys, job string) (*running, error) {
	fifo, in := filepath.Join(b.dir, "told"), filepath.Join(b.dir, "in")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		return nil, fmt.Errorf("make %s: %w", fifo, err)
	}
	var cmd *exec.Cmd
	if b.engine == "pyinotify" {
		cmd = exec.Command(b.python, "-c", peer, fifo, in, strings.TrimPrefix(keys, "delay = ")) // #nosec G204 -- a benchmark
	} else {
		text := fmt.Sprintf(config, fifo, keys, job, in)
		if job == "" {
			text = fmt.Sprintf(mover, fifo, b.dir, in)
		}
		file := filepath.Join(b.dir, "tasks.lua")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		cmd = exec.Command(b.program, "-nodaemon", "-log", "scarce", file) // #nosec G204 -- a benchmark
	}
	d := &running{cmd: cmd, out: filepath.Join(b.dir, "output")}
	out, err := os.Create(d.out)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	// Both ends, so that opening it waits for nobody.
	if d.told, err = os.OpenFile(fifo, os.O_RDWR, 0); err != nil {
		return nil, err
	}
	d.line = bufio.NewReader(d.told)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return d, b.ready(d, job == "")
}

// ready waits until the tree is watched.
func (b *bench) ready(d *running, moving bool) error {
	if b.engine == "pyinotify" {
		_, err := d.next()
		return err
	}
	file := filepath.Join(b.dir, "in", probe)
	told := make(chan error, 1)
	if !moving {
		go func() { _, err := d.next(); told <- err }()
	}
	var failed error
	err := d.until(func() bool {
		if os.WriteFile(file, nil, 0o600) != nil {
			return false
		}
		if moving {
			return count(filepath.Join(b.dir, "out")) == 1
		}
		select {
		case failed = <-told:
			return true
		case <-time.After(3 * time.Second): // longer than any delay, which each event begins anew
			return false
		}
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	if moving {
		return os.Remove(filepath.Join(b.dir, "out", probe))
	}
	return d.drain()
}

// drain takes what further jobs of the probe tell, for as long as some do.
func (d *running) drain() error {
	for {
		if err := d.told.SetReadDeadline(time.Now().Add(3 * time.Second)); err != nil {
			return err
		}
		if _, err := d.line.ReadString('\n'); errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// next returns the next line that a job wrote.
func (d *running) next() (string, error) {
	if err := d.told.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	text, err := d.line.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("no job tells anything: %w\n%s", err, d.printed())
	}
	return strings.TrimSuffix(text, "\n"), nil
}

// until waits until done.
func (d *running) until(done func() bool) error {
	for end := time.Now().Add(patience); !done(); {
		if time.Now().After(end) {
			return fmt.Errorf("nothing happens\n%s", d.printed())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

func (d *running) printed() string {
	text, _ := os.ReadFile(d.out)
	return string(text[max(0, len(text)-2000):])
}

// cpu is the time that the engine has computed.
func (d *running) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.cmd.Process.Pid))
	if err != nil {
		return -1
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var user, system int64
	_, _ = fmt.Sscan(fields[11], &user)
	_, _ = fmt.Sscan(fields[12], &system)
	return time.Duration(user+system) * time.Second / 100 // USER_HZ of Linux
}

// memory is a field of /proc/PID/status, in MiB.
func (d *running) memory(field string) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return -1
	}
	_, after, _ := strings.Cut(string(text), field+":")
	var kib float64
	_, _ = fmt.Sscan(after, &kib)
	return kib / 1024
}

// end ends the engine.
func (d *running) end() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
	_ = d.told.Close()
}
