package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/status"
)

// rsyncOf is a sync of default.rsync with a short delay.
func rsyncOf(source, target string) string {
	return fmt.Sprintf("sync { default.rsync, source = %q, target = %q, delay = 0.1, rsync = { archive = true } }\n", source, target)
}

// unprivileged starts the program in the foreground as a user whom permissions stop, which they
// do not the superuser, and waits until it is ready. The place belongs to that user from then on.
func (p *place) unprivileged(args ...string) *process {
	p.t.Helper()
	cmd := exec.Command(binary, append([]string{"-nodaemon", "-log", "all"}, args...)...)
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		err := filepath.WalkDir(p.dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, nobody, nobody)
		})
		for _, dir := range []string{filepath.Dir(binary), filepath.Dir(p.dir)} {
			if err == nil {
				err = os.Chmod(dir, 0o755)
			}
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	d := launch(p.t, cmd, nil)
	d.logs("--- Ready ---")
	return d
}

func (p *place) chmod(name string, mode os.FileMode) {
	p.t.Helper()
	if err := os.Chmod(p.path(name), mode); err != nil {
		p.t.Fatal(err)
	}
}

// §9: a directory of the source that cannot be read costs nothing at the target, neither at
// startup nor later, and all else arrives.
func TestUnreadableSource(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		if ps.server != nil { // its key is for everybody; ssh minds that only with a key of one's own
			for _, name := range []string{"user", "ssh_config"} {
				if err := os.Chmod(filepath.Join(ps.server.dir, name), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, tree := range []string{"source", "target"} {
			p.write(tree+"/closed/secret", "s")
			p.write(tree+"/closed/deep/secret", "s")
			p.write(tree+"/seen", "s")
		}
		p.write("target/extra", "would be deleted")
		p.chmod("source/closed", 0)
		d := p.unprivileged(p.config(ps.config("")))
		d.logs("ended with exit code 23")
		kept := func(when string) {
			t.Helper()
			for _, name := range []string{"target/closed/secret", "target/closed/deep/secret"} {
				if !p.exists(name) {
					t.Errorf("%s is gone %s", name, when)
				}
			}
		}
		kept("after the startup")
		p.chmod("source/closed", 0o755)
		d.logs("startup done")

		p.chmod("source/closed", 0)
		p.write("source/new", "n")
		p.remove("source/seen")
		eventually(t, "changes beside it", func() bool { return p.content("target/new") == "n" && !p.exists("target/seen") })
		kept("after changes")
		p.chmod("source/closed", 0o755)
		p.write("source/closed/more", "m")
		eventually(t, "what can be read again", func() bool { return p.content("target/closed/more") == "m" })
		kept("in the end")
		d.stop()
	})
}

// §9: exit code 23 is not taken for success: what could not be transferred is tried again three times,
// with growing pauses, and then the sync is reported as degraded, with the path. It goes on being tried.
func TestPartialTransfer(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/a", "a")
	config := p.config(`settings { pidfile = "$DIR/pid" }
		sync { default.rsync, name = "web", source = "$SOURCE", target = "$TARGET", delay = 0.1 }`)
	d := p.unprivileged(config)
	d.logs("startup done")
	p.write("source/staged", "x")
	p.chmod("source/staged", 0)
	p.rename("source/staged", "source/locked")
	for _, wait := range []string{"1s", "2s", "4s"} {
		d.logs("ended with exit code 23")
		d.logs("trying again in " + wait)
	}
	d.logs("failed in 4 attempts")
	if st := start(t, "status", config); st.wait() != status.Warning || !strings.Contains(st.out.String(), "web: degraded") || !strings.Contains(st.out.String(), "locked") {
		t.Errorf("status: %s", st.out)
	}
	p.write("source/b", "b")
	eventually(t, "the next change", func() bool { return p.content("target/b") == "b" })
	p.chmod("source/locked", 0o644)
	d.logs("not degraded any more")
	p.sameFile("source/locked", "target/locked")
	d.stop()
}

// §9: exit code 24, files that vanished meanwhile, stays a success.
func TestVanishedIsSuccess(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.wrapper("rsync", `echo >>calls; [ ! -e vanish ] || { rm vanish; exit 24; }`)
	d := daemon(t, p.config(rsyncBy))
	d.logs("startup done")
	p.write("vanish", "")
	p.write("source/a", "a")
	eventually(t, "exit code 24", func() bool { return !p.exists("vanish") })
	p.write("source/b", "b")
	eventually(t, "the next change", func() bool { return p.content("target/b") == "b" })
	if n := strings.Count(p.content("calls"), "\n"); n != 3 || strings.Contains(d.out.String(), "trying again") {
		t.Errorf("%d calls of rsync, want a startup and two batches", n)
	}
	d.stop()
}

// §9: a queue at maxDelays does not make retries run at full speed.
func TestRetriesOfAFullQueue(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.wrapper("rsync", `echo >>calls; [ ! -e down ] || exit 12`)
	d := daemon(t, p.config(`local failed
		`+strings.Replace(rsyncBy, "delay = 0.1", `delay = 0.1, maxDelays = 2, maxProcesses = 1,
		collect = function(agent, exitcode, said)
			if exitcode == 12 and not failed then
				failed = true
				alarm(now() + 0.5, function() log("Normal", "half a second later") end)
			end
			return default.rsync.collect(agent, exitcode, said)
		end`, 1)))
	d.logs("startup done")
	p.write("down", "")
	const files = 6
	for i := range files {
		p.write("source/"+strings.Repeat("f", i+1), "x")
	}
	d.logs("trying again in 1s")
	d.logs("trying again in 2s")
	// At most every file in a batch of its own, each twice.
	if n := strings.Count(p.content("calls"), "\n"); n > 1+2*files {
		t.Errorf("%d calls of rsync in the first two attempts", n)
	}
	out := d.out.String()
	if half := strings.Index(out, "half a second later"); half < 0 || half > strings.Index(out, "trying again in 2s") {
		t.Error("the second attempt did not wait for a second")
	}
	p.remove("down")
	p.same()
	d.stop()
}

// §9: with insist a sync whose source is missing waits for it, and the others go on meanwhile.
func TestMissingSource(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/a", "a")
	p.mkdir("late-copy")
	d := daemon(t, "-insist", p.config(rsyncOf("$DIR/late", "$DIR/late-copy")+rsyncOf("$SOURCE", "$TARGET")))
	p.same()
	p.write("source/b", "b")
	p.same()
	p.write("late/c", "c")
	p.sameTrees(p.path("late"), p.path("late-copy"))
	p.write("late/d", "d")
	p.sameTrees(p.path("late"), p.path("late-copy"))
	d.stop()

	p.remove("late")
	alone := start(t, "-nodaemon", p.path("config.lua"))
	if code := alone.wait(); code != 255 || !strings.Contains(alone.out.String(), "-insist") {
		t.Errorf("without insist: exit code %d, %s", code, alone.out)
	}
}

// §9: default.direct refuses the root, and nothing, as its target. It is only checked: if this went wrong with a
// real start, the machine would be gone.
func TestDirectRefusesRoots(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for target, want := range map[string]string{"": "TARGETDIR is empty", "/": "refuses the target /", "//": "refuses the target /",
		"/.": "refuses the target /", "/tmp/..": "refuses the target /"} {
		check := start(t, "check", "-direct", p.source, target)
		if code := check.wait(); code == 0 || !strings.Contains(check.out.String(), want) {
			t.Errorf("target %q: exit code %d, %s", target, code, check.out)
		}
	}
	config := p.config(`sync { default.direct, source = "$SOURCE", target = "" } sync { default.direct, source = "$SOURCE", target = "/" }`)
	check := start(t, "check", config)
	if code := check.wait(); code != 1 || strings.Count(check.out.String(), "default.direct") != 2 {
		t.Errorf("exit code %d, %s", code, check.out)
	}
}
