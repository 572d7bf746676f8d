package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// standIns are the names under which the stand-in is found in $BIN.
var standIns = []string{"record", "rsync", "ssh", "sentinel"}

// limit is how long one wait may take. Only a hang reaches it.
const limit = 20 * time.Second

// player is one run of one engine.
type player struct {
	scenario  scenario
	place     string
	ended     chan struct{} // closed when the engine has ended
	sentinels int           // how many were made
	holding   bool
	steps     []int // the number of calls each time when it had settled
}

// play runs the scenario under an engine and returns what it did.
func play(ctx context.Context, s scenario, engine int, program, place string) (recording, error) {
	p := &player{scenario: s, place: place, ended: make(chan struct{})}
	r := recording{engine: engine, exit: -1}
	if err := p.prepare(engine); err != nil {
		return r, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-nodaemon", filepath.Join(place, "config.lua"))
	cmd.Env = append(os.Environ(), placeVariable+"="+place, "PATH="+filepath.Join(place, "bin")+":"+os.Getenv("PATH"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	// A child that is still held keeps the output open.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return r, fmt.Errorf("start %s: %w", program, err)
	}
	go func() {
		_ = cmd.Wait() // the state is read from ProcessState
		close(p.ended)
	}()
	err := p.perform()
	err = errors.Join(err, release.do(place))
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	<-p.ended
	r.exit = cmd.ProcessState.ExitCode()
	r.output = out.String()
	calls, callsErr := p.calls()
	r.calls = calls
	r.tree = listing(filepath.Join(place, "target"))
	r.source = listing(filepath.Join(place, "source"))
	return r, errors.Join(err, callsErr)
}

// prepare makes the place: directories, stand-ins, exit codes, the first tree and the config.
func (p *player) prepare(engine int) error {
	for _, name := range []string{"source", "target", "outside", "sentinel", "bin", exitsDir} {
		if err := os.MkdirAll(filepath.Join(p.place, name), 0o755); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, name := range standIns {
		if err := os.Symlink(self, filepath.Join(p.place, "bin", name)); err != nil {
			return err
		}
	}
	for i, e := range p.scenario.exits {
		name := filepath.Join(p.place, exitsDir, fmt.Sprintf("%03d", i))
		if err := os.WriteFile(name, []byte(e.match+"\n"+strconv.Itoa(e.code)), 0o644); err != nil {
			return err
		}
	}
	for _, o := range p.scenario.tree {
		if err := o.do(p.place); err != nil {
			return fmt.Errorf("tree: %w", err)
		}
	}
	text := p.scenario.text(engine, p.place, strconv.Itoa(p.scenario.delay))
	return os.WriteFile(filepath.Join(p.place, "config.lua"), []byte(text), 0o644)
}

// perform does the operations and waits until the engine has dealt with them.
func (p *player) perform() error {
	if err := p.sentinel("startup"); err != nil {
		return err
	}
	if err := p.quiet(); err != nil {
		return err
	}
	for _, o := range append(p.scenario.ops[:len(p.scenario.ops):len(p.scenario.ops)], settle) {
		if err := p.operate(o); err != nil {
			return fmt.Errorf("%s %q: %w", o.verb, o.args, err)
		}
	}
	return nil
}

func (p *player) operate(o operation) error {
	switch o.verb {
	case "settle":
		err := p.settle()
		calls, _ := p.calls()
		p.steps = append(p.steps, len(calls))
		return err
	case "held":
		return p.until("a call to be held", func() bool { return p.running() > 0 })
	case "hold":
		p.holding = true
	case "release":
		p.holding = false
	}
	return o.do(p.place)
}

// settle waits until the engine has read all that happened, and nothing goes on any more.
func (p *player) settle() error {
	p.sentinels++
	name := strconv.Itoa(p.sentinels)
	// A directory gives one event and never waits for a writer.
	if err := os.Mkdir(filepath.Join(p.place, "sentinel", name), 0o755); err != nil {
		return err
	}
	if err := p.sentinel(name + "/"); err != nil {
		return err
	}
	return p.quiet()
}

func (p *player) sentinel(name string) error {
	return p.until("sentinel "+name, func() bool {
		text, _ := os.ReadFile(filepath.Join(p.place, sentinelsFile))
		return strings.Contains("\n"+string(text), "\n"+name+"\n")
	})
}

// quiet waits until no stand-in runs and for some time no new one was started.
func (p *player) quiet() error {
	pace := max(300*time.Millisecond, p.scenario.pause)
	pace *= time.Duration(1 + p.scenario.patience)
	var size int64 = -1
	var since time.Time
	return p.until("quiet", func() bool {
		var now int64
		if info, err := os.Stat(filepath.Join(p.place, callsFile)); err == nil {
			now = info.Size()
		}
		if now != size || (!p.holding && p.running() > 0) {
			size, since = now, time.Now()
		}
		return time.Since(since) > pace
	})
}

// until waits for a condition, or for the engine to end.
func (p *player) until(what string, ok func() bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for !ok() {
		select {
		case <-p.ended:
			return nil
		case <-deadline.C:
			return fmt.Errorf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
	return nil
}

// running returns how many stand-ins have started and not ended.
func (p *player) running() int {
	n := 0
	entries, _ := p.entries()
	for _, e := range entries {
		if e.End {
			n--
		} else {
			n++
		}
	}
	return n
}

func (p *player) entries() ([]entry, error) {
	text, err := os.ReadFile(filepath.Join(p.place, callsFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var list []entry
	for line := range bytes.Lines(text) {
		var e entry
		if bad := json.Unmarshal(line, &e); bad != nil {
			return list, fmt.Errorf("read calls: %w", bad)
		}
		list = append(list, e)
	}
	return list, err
}

// calls returns the calls in the order in which they began, with names for the directories of the place.
func (p *player) calls() ([]call, error) {
	entries, err := p.entries()
	neutral := strings.NewReplacer(
		p.place+"/source", "$SOURCE", p.place+"/target", "$TARGET", p.place+"/bin", "$BIN", p.place, "$DIR",
	)
	var list []call
	for _, e := range entries {
		if e.End {
			continue
		}
		c := call{stdin: neutral.Replace(string(e.Stdin))}
		for _, n := range p.steps {
			if len(list) >= n {
				c.step++
			}
		}
		for _, a := range e.Argv {
			c.argv = append(c.argv, neutral.Replace(string(a)))
		}
		list = append(list, c)
	}
	return list, err
}

// listing describes a tree: a line for each path, with its type, mode and content.
func listing(root string) []string {
	var list []string
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content := ""
		switch {
		case info.Mode()&os.ModeSymlink != 0:
			content, _ = os.Readlink(path)
		case info.Mode().IsRegular():
			text, _ := os.ReadFile(path)
			content = string(text)
		}
		name, _ := filepath.Rel(root, path)
		list = append(list, fmt.Sprintf("%v %q %.80q", info.Mode(), name, content))
		return nil
	})
	return list
}
