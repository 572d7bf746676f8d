//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
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

	"lsyncgo/engine/status"
)

// stage is a directory with a source, a config and the program that runs it.
type stage struct {
	t   *testing.T
	dir string
}

func newStage(t *testing.T, config string) *stage {
	t.Helper()
	s := &stage{t, t.TempDir()}
	s.write("src/.keep", "")
	s.config(config)
	return s
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// config writes c.lua; @ stands for the directory of the stage.
func (s *stage) config(text string) { s.write("c.lua", strings.ReplaceAll(text, "@", s.dir)) }

// read returns what is in a file, "" if there is none.
func (s *stage) read(name string) string {
	b, err := os.ReadFile(s.path(name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	return string(b)
}

func (s *stage) gone(name string) bool {
	_, err := os.Lstat(s.path(name))
	return errors.Is(err, os.ErrNotExist)
}

func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// finish runs the program to its end.
func (s *stage) finish(args ...string) (code int, stdout, stderr string) {
	s.t.Helper()
	var out, errs bytes.Buffer
	cmd := s.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// running is the program in the foreground.
type running struct {
	*stage
	cmd *exec.Cmd
	log buffer
}

// buffer is written by the process and read by the test.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs the program in the foreground until every sync is watched.
func (s *stage) start(args ...string) *running {
	s.t.Helper()
	r := &running{stage: s, cmd: s.command(append([]string{"-nodaemon", "-pidfile", "pid", "c.lua"}, args...)...)}
	r.cmd.Stdout, r.cmd.Stderr = &r.log, &r.log
	if err := r.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = r.cmd.Process.Kill() // it has ended, usually
		_ = r.cmd.Wait()
		if s.t.Failed() {
			s.t.Logf("log of the program:\n%s", r.log.String())
		}
	})
	s.waitFor("the syncs to start", func() bool { return s.started() })
	return r
}

// started reports whether a daemon answers whose syncs all are watched.
func (s *stage) started() bool {
	shot, err := status.Ask(s.t.Context(), s.path("pid.sock"))
	for _, v := range shot.Syncs {
		if v.State == status.Starting {
			return false
		}
	}
	return err == nil
}

func (r *running) signal(sig os.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(sig); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) logs(text string) func() bool {
	return func() bool { return strings.Contains(r.log.String(), text) }
}

// ends waits for the end and checks the exit status.
func (r *running) ends(code int) {
	r.t.Helper()
	_ = r.cmd.Wait() // the status says it
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.t.Errorf("exit status %d, want %d", got, code)
	}
	for _, left := range []string{"pid", "pid.sock"} {
		if !r.gone(left) {
			r.t.Errorf("%s is still there", left)
		}
	}
}

// waitFor polls until ok; only something that hangs comes to the deadline.
func (s *stage) waitFor(what string, ok func() bool) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// reporting is a layer 1 config that notes every new file.
const reporting = `
settings{ statusFile = "@/status", statusInterval = 3600 }
sync{ name = "notes", source = "@/src", delay = 0, init = false,
  action = function(inlet)
    local event = inlet.getEvent()
    if event.etype ~= "Create" then inlet.discardEvent(event) return end
    spawn(event, "/bin/sh", "-c", 'echo "FIRST $1" >> @/report', "sh", event.path)
  end }
`

// §1: the pidfile is locked and removed, TERM gives 143.
func TestForeground(t *testing.T) {
	r := newStage(t, reporting).start()
	if pid := strings.TrimSpace(r.read("pid")); pid != strconv.Itoa(r.cmd.Process.Pid) {
		t.Errorf("pidfile says %q", pid)
	}
	r.write("src/one two", "")
	r.waitFor("the report", func() bool { return r.read("report") == "FIRST one two\n" })

	code, out, errs := r.finish("status", "c.lua", "-pidfile", "pid")
	if code != exitUsage {
		t.Errorf("two places to ask: %d %q %q", code, out, errs)
	}
	code, out, errs = r.finish("status", "-pidfile", "pid")
	if code != 0 || errs != "" || !strings.Contains(out, "\nnotes: ") || !strings.Contains(out, r.path("src")+"/") {
		t.Errorf("status: %d %q %q", code, out, errs)
	}
	var shot status.Snapshot
	code, out, errs = r.finish("status", "-json", "-pidfile", "pid")
	if err := json.Unmarshal([]byte(out), &shot); err != nil || code != 0 || errs != "" {
		t.Fatalf("status -json: %v %d %q %q", err, code, out, errs)
	}
	if d := shot.Daemon; d.PID != r.cmd.Process.Pid || d.Config != r.path("c.lua") || d.Version != version {
		t.Errorf("daemon is %+v", d)
	}

	code, _, errs = r.finish("-nodaemon", "-pidfile", "pid", "c.lua")
	if code != exitUsage || !strings.Contains(errs, strconv.Itoa(r.cmd.Process.Pid)) {
		t.Errorf("second instance: %d %q", code, errs)
	}
	r.signal(syscall.SIGTERM)
	r.ends(143)
	if !strings.Contains(r.read("status"), "\nnotes source=") {
		t.Errorf("status file: %q", r.read("status"))
	}
}

// §1: INT gives 130.
func TestInterrupt(t *testing.T) {
	r := newStage(t, reporting).start()
	r.signal(os.Interrupt)
	r.ends(130)
}

// The first signal waits for a child, the second ends it.
// §1: TERM once and twice.
func TestSecondSignal(t *testing.T) {
	r := newStage(t, `sync{ source = "@/src", delay = 0, onCreate = function(event)
		spawn(event, "/bin/sh", "-c", "echo started > @/report; exec sleep 600") end }`).start()
	r.write("src/file", "")
	r.waitFor("the child", func() bool { return r.read("report") != "" })
	r.signal(syscall.SIGTERM)
	r.waitFor("the fading", r.logs("waiting for 1 running"))
	r.signal(syscall.SIGTERM)
	r.ends(143)
}

func TestStatusOnDemand(t *testing.T) {
	r := newStage(t, reporting).start()
	r.waitFor("the first status file", func() bool { return r.read("status") != "" })
	if err := os.Remove(r.path("status")); err != nil {
		t.Fatal(err)
	}
	r.signal(syscall.SIGUSR1)
	r.waitFor("the status file", func() bool { return strings.Contains(r.read("status"), "There are 0 delays") })
	r.signal(syscall.SIGTERM)
	r.ends(143)
}

// §1: HUP with a broken config, then with a good one.
func TestReload(t *testing.T) {
	r := newStage(t, reporting).start()
	r.config("\nsync{ source = '@/nowhere', onCreate = '/bin/true' }")
	r.signal(syscall.SIGHUP)
	r.waitFor("the refusal", r.logs("the old one stays in force"))
	if !strings.Contains(r.log.String(), "c.lua:2: ") {
		t.Error("the log does not say what is wrong and where")
	}
	r.write("src/a", "")
	r.waitFor("the old config's report", func() bool { return r.read("report") == "FIRST a\n" })

	r.config(strings.Replace(reporting, "FIRST", "SECOND", 1))
	r.signal(syscall.SIGHUP)
	r.waitFor("the new config's report", func() bool {
		r.write("src/b", "")
		defer os.Remove(r.path("src/b"))
		return strings.Contains(r.read("report"), "SECOND b\n")
	})
	r.signal(syscall.SIGTERM)
	r.ends(143)
}

// §1: an agent that runs while configs come and go is judged by the one that is in force when it ends, and by none that is gone.
func TestReloadWhileAgentRuns(t *testing.T) {
	const text = `
sync{ name = "slow", source = "@/src", delay = 0, init = false,
  onCreate = function(event) spawnShell(event, 'echo began >> @/report; read x < @/fifo', event.path) end,
  collect = function(event, code) log("Normal", "judged ", code, " by ", version) end }
`
	s := newStage(t, `version = "first"`+text)
	if err := syscall.Mkfifo(s.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := s.start()
	r.write("src/a", "")
	r.waitFor("the agent", func() bool { return r.read("report") == "began\n" })
	for i, version := range []string{"second", "third"} {
		// The global that collect names is part of the definition: each config has another sync in the place of the one before.
		r.config(fmt.Sprintf("version = %q", version) + text)
		r.signal(syscall.SIGHUP)
		r.waitFor("the new config", func() bool { return strings.Count(r.log.String(), "the new config is in force") == i+1 })
	}
	r.write("fifo", "go on\n")
	r.waitFor("the new sync, which begins when the agent has ended", r.started)
	r.write("src/b", "")
	r.waitFor("the new sync's agent", func() bool { return r.read("report") == "began\nbegan\n" })
	r.write("fifo", "go on\n")
	r.waitFor("its end", r.logs("judged 0 by third"))
	if strings.Contains(r.log.String(), "by first") || strings.Contains(r.log.String(), "by second") {
		t.Error(r.log.String())
	}
	r.signal(syscall.SIGTERM)
	r.ends(143)
}

// §1: HUP opens the log file again.
func TestLogFileIsReopened(t *testing.T) {
	r := newStage(t, reporting).start("-logfile", "log")
	r.waitFor("the log", func() bool { return strings.Contains(r.read("log"), "Normal: --- Startup ---\n") })
	if err := os.Rename(r.path("log"), r.path("log.1")); err != nil {
		t.Fatal(err)
	}
	r.signal(syscall.SIGHUP)
	r.waitFor("the new log", func() bool { return r.read("log") != "" })
	r.signal(syscall.SIGTERM)
	r.ends(143)
}

// A config decides what its log looks like, and may log before that is known.
func TestJSONLog(t *testing.T) {
	s := newStage(t, `log("Normal", "early ", 1) settings{ logformat = "json" } `+reporting)
	r := s.start("-logfile", "log")
	r.signal(syscall.SIGTERM)
	r.ends(143)
	first, _, _ := strings.Cut(s.read("log"), "\n")
	var line struct{ Category, Msg string }
	if err := json.Unmarshal([]byte(first), &line); err != nil || line.Category != "Normal" || line.Msg != "early 1" {
		t.Errorf("%v: %s", err, first)
	}
}

// §1: one line, exit status 255, nothing written.
func TestBadConfigStartsNothing(t *testing.T) {
	for _, args := range [][]string{{"-nodaemon", "c.lua"}, {"c.lua"}} {
		s := newStage(t, "\nsettings{ logfile = '@/log', pidfile = '@/pid', wrong = 1 }\nsync{ source = '@/src', onCreate = 'x' }")
		code, out, errs := s.finish(args...)
		if code != exitUsage || out != "" || !strings.HasPrefix(errs, "c.lua:2: ") || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
		if !s.gone("log") || !s.gone("pid") {
			t.Errorf("%v: something was written", args)
		}
	}
}

// §1: the starter waits until the daemon is ready, and says so.
func TestDaemon(t *testing.T) {
	s := newStage(t, strings.Replace(reporting, "echo", "pwd >> @/report; echo", 1))
	args := []string{"-pidfile", "pid", "-logfile", "log", "c.lua"}
	code, out, errs := s.finish(args...)
	if code != 0 || out != "lsyncgo: the daemon is ready\n" || errs != "" {
		t.Fatalf("%d %q %q\n%s", code, out, errs, s.read("log"))
	}
	pid, err := strconv.Atoi(strings.TrimSpace(s.read("pid")))
	if err != nil {
		t.Fatal(err)
	}
	daemon, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = daemon.Kill() }) // it has ended, usually
	if !s.started() {
		t.Error("the starter did not wait until the syncs are watched")
	}
	s.write("src/file", "")
	s.waitFor("the report", func() bool { return s.read("report") == "/\nFIRST file\n" })
	code, _, errs = s.finish(args...)
	if code != exitUsage || !strings.Contains(errs, strconv.Itoa(pid)) {
		t.Errorf("second instance: %d %q", code, errs)
	}
	if err := daemon.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.waitFor("the end", func() bool { return s.gone("pid") && s.gone("pid.sock") })
	s.waitFor("the last line", func() bool { return strings.Contains(s.read("log"), "exit status 143") })
}

// What goes wrong after the config was found good reaches the terminal too.
// §1: the starter says why.
func TestDaemonThatFails(t *testing.T) {
	s := newStage(t, reporting)
	s.write("pid", "my shopping list")
	code, _, errs := s.finish("-pidfile", "pid", "-logfile", "log", "c.lua")
	if code != exitUsage || !strings.Contains(errs, "not a process number") {
		t.Errorf("%d %q", code, errs)
	}
	if !strings.Contains(s.read("log"), "not a process number") {
		t.Errorf("the log does not say so: %q", s.read("log"))
	}
	if s.read("pid") != "my shopping list" {
		t.Errorf("pidfile is now %q", s.read("pid"))
	}
}

// With onepass the exit status is that of the startup, also that of a daemon.
// §1: -onepass.
func TestOnePass(t *testing.T) {
	const once = `sync{ source = "@/src", onCreate = "/bin/true", init = function(event)
		spawn(event, "/bin/sh", "-c", "echo pass >> @/report; exit EXIT") end }`
	for _, mode := range [][]string{{"-nodaemon"}, {"-logfile", "log"}} {
		for exit, want := range map[string]int{"0": 0, "1": 255} {
			s := newStage(t, strings.Replace(once, "EXIT", exit, 1))
			code, _, errs := s.finish(append(mode, "-onepass", "c.lua")...)
			if code != want || s.read("report") != "pass\n" {
				t.Errorf("%v, startup ends with %s: exit status %d, report %q, %s", mode, exit, code, s.read("report"), errs)
			}
		}
	}
}

// §2: terminate(code) is the exit status.
func TestScriptThatTerminates(t *testing.T) {
	for text, want := range map[string]int{
		"terminate(7)":  7,
		"terminate(-1)": 255,
		`sync{ source = "@/src", onCreate = "/bin/true", init = function() terminate(9) end }`: 9,
	} {
		if code, _, errs := newStage(t, text).finish("-nodaemon", "c.lua"); code != want {
			t.Errorf("%s: exit status %d, %s", text, code, errs)
		}
	}
}
