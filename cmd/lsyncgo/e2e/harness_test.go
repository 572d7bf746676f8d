// Package e2e tests the built program against real rsync, sshd and file systems.
package e2e

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lsyncgo/engine/fsat/treetest"
)

// binary is the program under test, built with the race detector.
var binary string

func TestMain(m *testing.M) {
	if how := os.Getenv(raceEnv); how != "" {
		os.Exit(raceUser(how))
	}
	os.Exit(run(m))
}

// abreast is how many tests run at the same time, unless -parallel says so: most of the
// time each of them waits for a delay, a retry or a server.
const abreast = 8

func run(m *testing.M) int {
	flag.Parse()
	if n := flag.Lookup("test.parallel"); n.Value.String() == n.DefValue {
		if err := n.Value.Set(strconv.Itoa(abreast)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	dir, err := os.MkdirTemp("", "lsyncgo-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "lsyncgo")
	build := exec.Command("go", "build", "-race", "-o", binary, "lsyncgo/cmd/lsyncgo")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// patience is how long a condition may take to come true. It is no measure of
// speed: only a hang reaches it.
const patience = 60 * time.Second

// eventually waits until ok returns true; what says what was waited for.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// place is a scratch directory with a source and a target.
type place struct {
	t              *testing.T
	dir            string
	source, target string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, dir: dir, source: filepath.Join(dir, "source"), target: filepath.Join(dir, "target")}
	p.mkdir("source")
	p.mkdir("target")
	return p
}

// path joins to the scratch directory.
func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) mkdir(name string) {
	p.t.Helper()
	if err := os.MkdirAll(p.path(name), 0o755); err != nil {
		p.t.Fatal(err)
	}
}

// write makes or replaces the content of a file below the scratch directory.
func (p *place) write(name, content string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(p.path(name)), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(p.path(name), []byte(content), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) rename(from, to string) {
	p.t.Helper()
	if err := os.Rename(p.path(from), p.path(to)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) remove(name string) {
	p.t.Helper()
	if err := os.RemoveAll(p.path(name)); err != nil {
		p.t.Fatal(err)
	}
}

// content returns what a file holds, "" if it does not exist.
func (p *place) content(name string) string {
	b, err := os.ReadFile(p.path(name))
	if err != nil {
		return ""
	}
	return string(b)
}

// goOn lets go on what reads a line from the FIFO called name.
func (p *place) goOn(name string) {
	p.t.Helper()
	var fifo *os.File
	eventually(p.t, "somebody who reads from "+name, func() (ok bool) {
		var err error
		fifo, err = os.OpenFile(p.path(name), os.O_WRONLY|syscall.O_NONBLOCK, 0)
		return err == nil // else open would wait for a process that may have been killed
	})
	_, err := fifo.WriteString("go on\n")
	if err := errors.Join(err, fifo.Close()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) exists(name string) bool {
	_, err := os.Lstat(p.path(name))
	return err == nil
}

// config writes a config in which $SOURCE, $TARGET and $DIR stand for the
// place's paths, and returns its path.
func (p *place) config(text string) string {
	p.t.Helper()
	text = strings.NewReplacer("$SOURCE", p.source, "$TARGET", p.target, "$DIR", p.dir).Replace(text)
	path := p.path("config.lua")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// same waits until the target equals the source in content, type, mode, mtime and link targets.
func (p *place) same() {
	p.t.Helper()
	p.sameTrees(p.source, p.target)
}

func (p *place) sameTrees(source, target string) {
	p.t.Helper()
	p.sameBut(treetest.Options{}, source, target)
}

// sameBut waits until two trees are equal, save for what the options leave out.
func (p *place) sameBut(o treetest.Options, source, target string) {
	p.t.Helper()
	var differences []string
	defer func() {
		if p.t.Failed() && len(differences) > 0 {
			p.t.Logf("differences:\n%s", strings.Join(differences[:min(20, len(differences))], "\n"))
		}
	}()
	eventually(p.t, "target equal to source", func() bool {
		differences = treetest.Equal(source, target, o)
		return len(differences) == 0
	})
}

// process is one run of the program.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *output
	done chan struct{} // closed when it has ended
}

// output gathers what the program prints.
type output struct {
	mu  sync.Mutex // guards buf: written by exec's copying goroutine, read by tests
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// start runs the program; at the end of the test it is ended, and its output
// is shown if the test failed. A data race ends the test as failed.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	return startEnv(t, nil, args...)
}

func startEnv(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	return launch(t, exec.Command(binary, args...), env)
}

// launch is startEnv with a command that may say more about how to run, and need not be the program itself.
func launch(t *testing.T, cmd *exec.Cmd, env []string) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, out: &output{}, done: make(chan struct{})}
	// The race detector would sleep a second at the end of each process.
	p.cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the state is read from ProcessState
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
		if strings.Contains(p.out.String(), "DATA RACE") {
			t.Errorf("data race")
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", strings.Join(cmd.Args[1:], " "), p.out)
		}
	})
	return p
}

// daemon starts the program in the foreground and waits until it is ready.
func daemon(t *testing.T, args ...string) *process {
	t.Helper()
	p := start(t, append([]string{"-nodaemon", "-log", "all"}, args...)...)
	p.logs("--- Ready ---")
	return p
}

// logs waits until the program has printed text.
func (p *process) logs(text string) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("output %q", text), func() bool {
		select {
		case <-p.done:
			if !strings.Contains(p.out.String(), text) {
				p.t.Fatalf("ended with %s before it printed %q", p.cmd.ProcessState, text)
			}
		default:
		}
		return strings.Contains(p.out.String(), text)
	})
}

// waitsFor checks that what failed is tried as long as it takes, and not given up after some attempts.
func (p *process) waitsFor(what string) {
	p.t.Helper()
	if out := p.out.String(); !strings.Contains(out, ", means again\n") || strings.Contains(out, ", means partial\n") {
		p.t.Errorf("a %s is not waited for as long as it takes", what)
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits for the end and returns the exit code.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// stop asks it to end and checks the exit code of that.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != 143 {
		p.t.Errorf("exit code after TERM is %d, not 143", code)
	}
}
