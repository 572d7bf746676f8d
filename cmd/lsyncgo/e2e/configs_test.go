package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/status"
)

// TestConfigs: every config below testdata/configs passes check without a
// warning that it does not ask for, and starts what it says. Its lines that
// begin with --@ are the test, carried out in order:
//
//	env NAME=VALUE              set for check and for the daemon
//	write PATH [TEXT]           the file operations; paths are relative to $DIR
//	mkdir PATH
//	rename FROM TO
//	remove PATH
//	chmod MODE PATH
//	exit PROGRAM CODE           what the next call of a stand-in ends with
//	warn TEXT                   check prints a warning with it
//	start [OPTION...]           check, then run in the foreground until ready
//	signal NAME
//	log TEXT                    wait until the daemon logs it
//	file PATH TEXT              wait until the file holds it
//	gone PATH                   wait until there is no such file
//	expect CALL                 wait until a stand-in was called like this
//	count NUMBER CALL           wait until there were that many such calls
//	never CALL                  there must be no such call until the end
//	idle                        wait until the daemon has nothing queued
//	ends CODE                   wait until the daemon has ended by itself
//
// A CALL is the program's name, its [argument]s, and " < " with its input if
// it got any, a zero byte shown as |, a newline as ~; "..." stands for anything.
func TestConfigs(t *testing.T) {
	entries, err := os.ReadDir(configRoot)
	if err != nil || len(entries) < 25 {
		t.Fatalf("%d configs, want at least 25 (%v)", len(entries), err)
	}
	for _, entry := range entries {
		t.Run(strings.TrimSuffix(entry.Name(), ".lua"), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			main := p.install(entry)
			(&rehearsal{place: p, config: main}).play()
		})
	}
}

const configRoot = "../../../testdata/configs"

// prompt keeps the race detector from resting a second at the end of each process.
const prompt = "GORACE=atexit_sleep_ms=0"

// standins are the programs that record how they were called instead of doing anything.
var standins = []string{
	"aws", "convert", "curl", "docker", "ffmpeg", "git", "indexer", "lftp", "mail", "nginx", "php", "publish", "rsync", "ssh", "systemctl",
}

// standin appends its call as one line in one write, so that calls at the same time do not mix.
const standin = `#!/bin/sh
line=${0##*/}
for word in "$@"; do line="$line [$word]"; done
input=$(tr '\0' '|')
[ -z "$input" ] || line="$line < $input"
printf '%%s\n' "$(printf %%s "$line" | tr '\n' '~')" >>%[1]q
code=0
if [ -e %[2]q/"${0##*/}" ]; then
	read -r code <%[2]q/"${0##*/}"
	rm %[2]q/"${0##*/}"
	echo "stand-in fails with $code" >&2
fi
exit "$code"
`

// install copies a config, a file or a directory with its parts, with the
// placeholders replaced, makes the stand-ins, and returns the main file.
func (p *place) install(entry os.DirEntry) string {
	p.t.Helper()
	for _, dir := range []string{"etc", "bin", "exits", "log"} {
		p.mkdir(dir)
	}
	p.write("bin/standin", fmt.Sprintf(standin, p.path("calls"), p.path("exits")))
	if err := os.Chmod(p.path("bin/standin"), 0o755); err != nil {
		p.t.Fatal(err)
	}
	for _, name := range standins {
		if err := os.Symlink("standin", p.path("bin/"+name)); err != nil {
			p.t.Fatal(err)
		}
	}
	from := filepath.Join(configRoot, entry.Name())
	if !entry.IsDir() {
		p.copyText(from, "etc/lsyncd.conf.lua")
		return p.path("etc/lsyncd.conf.lua")
	}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			p.copyText(path, "etc"+strings.TrimPrefix(path, from))
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.path("etc/lsyncd.conf.lua")
}

func (p *place) copyText(from, to string) {
	p.t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(to, p.fill(string(text)))
}

// fill replaces the placeholders.
func (p *place) fill(text string) string {
	return strings.NewReplacer("$SOURCE", p.source, "$TARGET", p.target, "$DIR", p.dir, "$BIN", p.path("bin")).Replace(text)
}

// rehearsal carries out the --@ lines of one config.
type rehearsal struct {
	*place
	config  string
	env     []string
	warns   []string
	nevers  []string
	daemon  *process
	through bool // the daemon has ended by itself
}

func (r *rehearsal) play() {
	r.env = []string{
		prompt,
		"PATH=" + r.path("bin") + ":" + os.Getenv("PATH"),
		"SOURCE=" + r.source, "TARGET=" + r.target, "DIR=" + r.dir, "BIN=" + r.path("bin"),
	}
	text := r.content("etc/lsyncd.conf.lua")
	lines := regexp.MustCompile(`(?m)^--@ (.*?)\r?$`).FindAllStringSubmatch(text, -1)
	for _, line := range lines {
		r.t.Logf("%s", line[1])
		verb, rest, _ := strings.Cut(line[1], " ")
		r.act(verb, rest)
	}
	if r.daemon == nil {
		r.t.Fatal("the config has no line '--@ start'")
	}
	if !r.through {
		r.daemon.stop()
	}
	for _, call := range r.nevers {
		if n := r.calls(call); n > 0 {
			r.t.Errorf("%d calls like %s", n, call)
		}
	}
	if r.t.Failed() {
		r.t.Logf("calls:\n%s", r.content("calls"))
	}
}

func (r *rehearsal) act(verb, rest string) {
	first, second, _ := strings.Cut(rest, " ")
	switch verb {
	case "env":
		r.env = append(r.env, rest)
	case "write":
		r.write(first, second)
	case "mkdir":
		r.mkdir(rest)
	case "rename":
		r.rename(first, second)
	case "remove":
		r.remove(rest)
	case "chmod":
		r.chmod(first, second)
	case "exit":
		r.write("exits/"+first, second+"\n")
	case "warn":
		r.warns = append(r.warns, rest)
	case "start":
		r.start(strings.Fields(rest))
	case "signal":
		r.daemon.signal(map[string]syscall.Signal{"HUP": syscall.SIGHUP}[rest])
	case "never":
		r.nevers = append(r.nevers, rest)
	default:
		r.await(verb, rest, first, second)
	}
}

// await carries out the verbs that wait for something.
func (r *rehearsal) await(verb, rest, first, second string) {
	defer func() {
		if r.t.Failed() {
			r.t.Logf("calls:\n%s", r.content("calls"))
		}
	}()
	switch verb {
	case "log":
		r.daemon.logs(rest)
	case "file":
		eventually(r.t, rest, func() bool { return strings.Contains(r.content(first), second) && r.exists(first) })
	case "gone":
		eventually(r.t, rest+" to be gone", func() bool { return !r.exists(rest) })
	case "expect":
		eventually(r.t, rest, func() bool { return r.calls(rest) > 0 })
	case "count":
		n := r.number(first)
		eventually(r.t, rest, func() bool { return r.calls(second) == n })
	case "idle":
		eventually(r.t, "an empty queue", r.idle)
	case "ends":
		if code := r.daemon.wait(); code != r.number(rest) {
			r.t.Errorf("exit code %d, want %s", code, rest)
		}
		r.through = true
	default:
		r.t.Fatalf("unknown verb %q", verb)
	}
}

func (r *rehearsal) number(text string) int {
	r.t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rehearsal) chmod(mode, path string) {
	r.t.Helper()
	bits, err := strconv.ParseUint(mode, 8, 32)
	if err == nil {
		err = os.Chmod(r.path(path), fs.FileMode(bits))
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// start checks the config and runs it.
func (r *rehearsal) start(args []string) {
	r.t.Helper()
	check := startEnv(r.t, r.env, append([]string{"check", r.config}, args...)...)
	if code := check.wait(); code != 0 {
		r.t.Fatalf("check: exit code %d: %s", code, check.out)
	}
	if n := strings.Count("\n"+check.out.String(), "\nwarning: "); n != len(r.warns) {
		r.t.Errorf("check: %d warnings, want %d:\n%s", n, len(r.warns), check.out)
	}
	for _, text := range r.warns {
		if !strings.Contains(check.out.String(), text) {
			r.t.Errorf("check does not say %q:\n%s", text, check.out)
		}
	}
	r.daemon = startEnv(r.t, r.env, append([]string{"-nodaemon", "-log", "all", "-pidfile", r.path("pid"), r.config}, args...)...)
	r.daemon.logs("--- Ready ---")
}

// idle asks the daemon whether no sync has anything queued. What a stand-in was
// called for stays queued until its exit has been collected.
func (p *place) idle() bool {
	p.t.Helper()
	return p.pending() == 0
}

// pending asks the daemon how many delays are queued.
func (p *place) pending() (n int) {
	p.t.Helper()
	shot, err := status.Ask(p.t.Context(), status.SocketBeside(p.path("pid"), ""))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, sync := range shot.Syncs {
		n += sync.Pending
	}
	return n
}

// calls counts the recorded calls that look like pattern.
func (r *rehearsal) calls(pattern string) (n int) {
	text := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	like := regexp.MustCompile(`^` + text + `$`)
	for line := range strings.Lines(r.content("calls")) {
		// Whether a file may have the time of what the target has is a matter of the clock.
		line = strings.Replace(line, " [--ignore-times] [--no-checksum]", "", 1)
		if like.MatchString(strings.TrimSuffix(line, "\n")) {
			n++
		}
	}
	return n
}

// TestInitScript: the init script starts, finds, reloads and stops the daemon, with the exit codes of the LSB.
func TestInitScript(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const sync = `settings { logfile = "$DIR/log" } sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0 }`
	config := p.config(sync)
	pidfile := fmt.Sprintf("PIDFILE=%q\n", p.path("pid"))
	p.write("default", pidfile+"OPTIONS='-log Exec'\nexport OWNER=ops\n")
	init := func(verb string, code int) string {
		t.Helper()
		cmd := exec.Command("../../../scripts/init.d/lsyncgo", verb)
		cmd.Env = append(os.Environ(), prompt, "DEFAULTS="+p.path("default"), "DAEMON="+binary, "CONFIG="+config, "STOP_TIMEOUT=30")
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("%s: exit code %d (%v), want %d: %s%s", verb, got, err, code, out, p.content("log"))
		}
		return string(out)
	}

	init("status", 3)
	init("reload", 7)
	init("try-restart", 0)
	init("status", 3)
	t.Cleanup(func() { init("stop", 0) })
	init("start", 0)
	pid := p.content("pid")
	init("start", 0)
	if status := init("status", 0); p.content("pid") != pid || !strings.Contains(status, p.source) {
		t.Errorf("pid %q after the second start, %q before; status: %s", p.content("pid"), pid, status)
	}
	p.write("source/a", "1")
	p.same()

	p.mkdir("second")
	p.config(`assert(os.getenv("OWNER") == "ops") ` + sync +
		` sync { default.direct, source = "$SOURCE", target = "$DIR/second", delay = 0 }`)
	init("reload", 0)
	p.sameTrees(p.source, p.path("second"))

	p.config(`sync {`)
	if out := init("force-reload", 1); !strings.Contains(out, "config.lua:1:") {
		t.Errorf("reload of a broken config: %s", out)
	}
	init("restart", 1)
	init("status", 0)
	p.write("source/b", "2")
	p.same()

	p.config(sync)
	init("restart", 0)
	if p.content("pid") == pid {
		t.Error("restart kept the process")
	}
	init("stop", 0)
	init("status", 3)
	p.write("pid", pid)
	init("status", 1)
	init("stop", 0)
	p.config(`settings { nodaemon = true } ` + sync)
	init("start", 6)
	p.config(strings.Replace(sync, "$SOURCE", "/no/such/place", 1))
	init("start", 1)
	init("nonsense", 2)
	p.write("default", pidfile+"ENABLED=no\n")
	init("start", 0)
	init("status", 3)
}
