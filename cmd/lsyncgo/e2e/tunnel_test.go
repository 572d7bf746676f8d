package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/fsat/treetest"
)

// rsyncd starts an rsync daemon with the module "target", and returns its port.
func (p *place) rsyncd() int {
	p.t.Helper()
	port := freePort(p.t)
	p.write("rsyncd.conf", fmt.Sprintf("port = %d\naddress = 127.0.0.1\nuse chroot = no\n[target]\npath = %s\nread only = no\nmunge symlinks = no\nuid = %d\ngid = %d\n",
		port, p.target, os.Getuid(), os.Getgid()))
	cmd := exec.Command("rsync", "--daemon", "--no-detach", "--log-file", p.path("rsyncd.log"), "--config", p.path("rsyncd.conf"))
	if err := cmd.Start(); err != nil {
		p.t.Fatalf("start an rsync daemon: %v", err)
	}
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	listens(p.t, "the rsync daemon", port)
	return port
}

// leads is a tunnel of real ssh to the server, with keys added to its table.
func (s *sshd) leads(keys string) string {
	return fmt.Sprintf(`tunnel { name = "way", mode = "pool", readyDelay = 0.5, retryDelay = 1, %s, command = {
		"ssh", "-F", %q, "-N", "-o", "ExitOnForwardFailure=yes", "-L", "^localport:localhost:%d", "target" } }`, keys, s.Config, s.Port)
}

// localPorts returns the ports that tunnels were started with, in order.
func localPorts(d *process) (ports []string) {
	for _, m := range regexp.MustCompile(`starting ssh .* -L (\d+):`).FindAllStringSubmatch(d.out.String(), -1) {
		ports = append(ports, m[1])
	}
	return ports
}

// rsyncPorts returns the ports that were given to rsync, in order.
func rsyncPorts(d *process) (ports []string) {
	for _, m := range regexp.MustCompile(`Exec: .*rsync .* -p (\d+)' .* for `).FindAllStringSubmatch(d.out.String(), -1) {
		ports = append(ports, m[1])
	}
	return ports
}

// §9 tunnel: the processes of a pool are used in turn, each with a port of its own.
func TestTunnelPool(t *testing.T) {
	t.Parallel()
	server, p := newSSHD(t), newPlace(t)
	p.write("source/before", "1")
	d := daemon(t, p.config(fmt.Sprintf(`sync { default.rsync, source = "$SOURCE", target = "target:$TARGET", delay = 0.1, tunnel = %s,
		rsync = { archive = true, rsh = "ssh -F %s -p ^localport" } }`, server.leads("parallel = 2"), server.Config)))
	d.logs("tunnel way: ready, 2 of 2")
	for i := range 4 {
		p.write(fmt.Sprintf("source/file %d ^localport", i), "x")
		p.same()
	}
	ports, used := localPorts(d), rsyncPorts(d)
	if len(ports) != 2 || ports[0] == ports[1] {
		t.Fatalf("ports of the tunnels: %v", ports)
	}
	// Some changes may have gone together.
	if len(used) < 3 || !slices.Contains(used, ports[0]) || !slices.Contains(used, ports[1]) {
		t.Errorf("rsync used %v of %v", used, ports)
	}
	for i := 2; i < len(used); i++ { // the startup may have found only one ready
		if used[i] == used[i-1] {
			t.Errorf("not in turn: %v", used)
		}
	}
	d.stop()
}

// §9 tunnel: when its process dies, events wait until there is another one. Renames go through it, too.
func TestTunnelIsCut(t *testing.T) {
	t.Parallel()
	server, p := newSSHD(t), newPlace(t)
	p.write("source/a", "1")
	p.write("well", "")
	d := daemon(t, "-pidfile", p.path("pid"), p.config(fmt.Sprintf(`sync { default.rsyncssh, source = "$SOURCE", host = "target", targetdir = "$TARGET", delay = 0.1,
		tunnel = %s, rsync = { archive = true }, ssh = { port = "^localport", _extra = { "-F", %q } } }`, server.leads(`parallel = 1, checkCommand = { "test", "-e", "$DIR/well" }, checkInterval = 0.2, checkMaxFailed = 1000`), server.Config)))
	p.same()
	before := localPorts(d)
	p.remove("well") // the next one is not ready before it is wanted
	if out := command(t, "pkill", "-KILL", "-P", strconv.Itoa(d.cmd.Process.Pid), "-f", "--", "-L "+before[0]+":"); out != "" {
		t.Fatal(out)
	}
	d.logs("was ended by signal 9")
	p.write("source/b", "2")
	p.rename("source/a", "source/c")
	if out := p.status(); !strings.Contains(out, "waiting for tunnel way") || !strings.Contains(out, "tunnel way: 0 of 1 ready") {
		t.Errorf("status while the tunnel is away:\n%s", out)
	}
	p.write("well", "")
	eventually(t, "a second process of the tunnel", func() bool { return len(localPorts(d)) >= 2 })
	p.same()
	p.rename("source/c", "source/d")
	p.same()
	d.stop()
}

// stub is a tunnel of a program that only stays, and of a child of it; their ids are written to the file pids.
func (p *place) stub() string {
	return fmt.Sprintf(`command = { "sh", "-c", 'sleep 3210 & echo $! >>"$1"; echo $$ >>"$1"; wait', "sh", %q }`, p.path("pids"))
}

// pids returns what stubs have written.
func (p *place) pids() (list []int) {
	for _, word := range strings.Fields(p.content("pids")) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			p.t.Fatal(err)
		}
		list = append(list, pid)
	}
	return list
}

// stubs waits until n processes of stubs have been started.
func (p *place) stubs(n int) []int {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("%d processes of tunnels", n), func() bool { return len(p.pids()) >= n })
	return p.pids()
}

func runs(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// left checks that none of the processes is left.
func (p *place) left(pids []int) {
	p.t.Helper()
	eventually(p.t, "the end of the processes of tunnels", func() bool { return !slices.ContainsFunc(pids, runs) })
}

// §9 tunnel: a command that fails is started again, its words are in the log, and other syncs do not notice.
func TestTunnelFails(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.mkdir("other")
	p.write("source/a", "1")
	d := daemon(t, "-pidfile", p.path("pid"), p.config(`
		sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1, tunnel = tunnel { retryDelay = 0.1,
			command = { "sh", "-c", "echo its own words >&2; test -e $DIR/mended && exec sleep 3210; exit 3" },
			checkCommand = { "test", "-e", "$DIR/mended" }, checkInterval = 0.2, checkMaxFailed = 1000 } }
		sync { default.direct, source = "$SOURCE", target = "$DIR/other", delay = 0.1 }`))
	d.logs("ended with exit code 3; its own words; starting again in 1s")
	d.logs("ended with exit code 3; its own words; starting again in 2s")
	p.write("source/b", "2")
	p.sameTrees(p.source, p.path("other"))
	if p.exists("target/a") || p.exists("target/b") {
		t.Error("something went to the target without a tunnel")
	}
	if out := p.status(); !strings.Contains(out, "Sync1: retrying (waiting for tunnel Tunnel1)") || !strings.Contains(out, "its own words") {
		t.Errorf("status:\n%s", out)
	}
	p.write("mended", "")
	p.same()
	d.stop()
}

// §9 tunnel: checkCommand decides when the tunnel is ready, and replaces a process that is not well.
func TestTunnelCheck(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/a", "1")
	d := daemon(t, p.config(`sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1, tunnel = tunnel {
		`+p.stub()+`, checkCommand = { "test", "-e", "$DIR/well" }, checkMaxFailed = 3, checkInterval = 0.2, readyDelay = 0, retryDelay = 1 } }`))
	first := p.stubs(2)
	d.logs("failed 3 checks")
	p.left(first)
	if p.exists("target/a") {
		t.Error("the sync did not wait for the check")
	}
	p.write("well", "")
	p.same()
	p.remove("well")
	eventually(t, "a second sick one", func() bool { return strings.Count(d.out.String(), "; ending it") >= 2 })
	p.write("source/b", "2")
	p.write("well", "")
	p.same()
	d.stop()
	p.left(p.pids())
}

// §1 HUP, §9 tunnel: a tunnel that did not change goes on, one that no sync uses ends.
func TestTunnelReload(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/a", "1")
	p.mkdir("other")
	keeps := `local way = tunnel { ` + p.stub() + `, readyDelay = 0 }
		sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1, tunnel = way }`
	more := func(delay string) string {
		return `
		sync { default.direct, name = "other", source = "$SOURCE", target = "$DIR/other", delay = ` + delay + `, tunnel = tunnel { readyDelay = 0, command = { "sleep", "3211" } } }`
	}
	d := daemon(t, p.config(keeps+more("0.1")))
	p.same()
	p.sameTrees(p.source, p.path("other"))
	sleeper := func() string {
		return strings.TrimSpace(command(t, "pgrep", "-P", strconv.Itoa(d.cmd.Process.Pid), "-f", "sleep 3211"))
	}
	kept, second := p.stubs(2), sleeper()

	p.config(keeps + more("0.2")) // another definition of the sync, the same one of its tunnel
	d.signal(syscall.SIGHUP)
	d.logs("the new config is in force")
	p.write("source/b", "2")
	p.sameTrees(p.source, p.path("other"))
	if got := sleeper(); got != second {
		t.Errorf("the tunnel was started again: %s, not %s", got, second)
	}

	p.config(keeps)
	d.signal(syscall.SIGHUP)
	pid, err := strconv.Atoi(second)
	if err != nil {
		t.Fatal(err)
	}
	p.left([]int{pid})
	p.write("source/c", "3")
	p.same()
	if got := p.pids(); !slices.Equal(got, kept) {
		t.Errorf("the unchanged tunnel was started again: %v, not %v", got, kept)
	}
	d.stop()
	p.left(kept)
}

// §9 tunnel: however the program ends, nothing of a tunnel is left.
func TestTunnelEnds(t *testing.T) {
	for _, c := range []struct {
		name, actions string
		end           func(d *process) int
		code          int
	}{
		{"after children", `onCreate = function(e) spawn(e, "sh", "-c", "echo $$ >>$DIR/child; sleep 1; kill -0 $(cat $DIR/pids) && echo good >$DIR/verdict") end`, func(d *process) int {
			d.signal(syscall.SIGTERM)
			return d.wait()
		}, 143},
		{"second signal", `onCreate = function(e) spawn(e, "sh", "-c", "echo $$ >>$DIR/child; exec sleep 3210") end`, func(d *process) int {
			d.signal(syscall.SIGTERM)
			d.logs("waiting for 1 running process;")
			d.signal(syscall.SIGTERM)
			return d.wait()
		}, 143},
		{"terminate", `onCreate = function(e) spawn(e, "sh", "-c", "echo $$ >>$DIR/child"); alarm(now() + 0.5, function() terminate(7) end) end`, (*process).wait, 7},
		{"die", `onCreate = function(e) spawn(e, "sh", "-c", "echo $$ >>$DIR/child; exit 1") end`, (*process).wait, 255},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			d := daemon(t, p.config(`sync { source = "$SOURCE", tunnel = tunnel { readyDelay = 0, `+p.stub()+` }, `+c.actions+` }`))
			pids := p.stubs(2)
			p.write("source/a", "1")
			eventually(t, "the child", func() bool { return p.exists("child") })
			if code := c.end(d); code != c.code {
				t.Errorf("exit code %d, not %d", code, c.code)
			}
			p.left(pids)
			if c.name == "after children" && p.content("verdict") != "good\n" {
				t.Error("the tunnel ended before the child that needs it")
			}
		})
	}
}

// A killed program cannot end its tunnels, so the system asks them to end.
func TestTunnelEndsWithKilledProgram(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	d := daemon(t, p.config(`sync { source = "$SOURCE", onCreate = true, tunnel = tunnel {
		command = { "sh", "-c", 'echo $$ >>"$1"; exec sleep 3210', "sh", "$DIR/pids" } } }`))
	pids := p.stubs(1)
	d.signal(syscall.SIGKILL)
	d.wait()
	p.left(pids)
}

// With onepass the tunnel is there for the startup, and no longer.
func TestTunnelOnePass(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/a", "1")
	d := start(t, "-nodaemon", "-onepass", "-log", "Tunnel", p.config(`sync { default.direct, source = "$SOURCE", target = "$TARGET", tunnel = tunnel { readyDelay = 0.2, `+p.stub()+` } }`))
	if code := d.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !regexp.MustCompile(`(?s)starting sh .*ready, 1 of 1.*startup done.*ending sh .*--- Ended`).MatchString(d.out.String()) {
		t.Fatal("want the tunnel ready before the startup is done, and ended before the program")
	}
	if differences := treetest.Equal(p.source, p.target, treetest.Options{}); len(differences) > 0 {
		t.Errorf("the startup left differences: %v", differences)
	}
	p.left(p.stubs(2))
}

// check shows the tunnel, and neither it nor -dryrun starts it.
func TestTunnelIsOnlyTold(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/a", "1")
	path := p.config(`sync { default.rsync, source = "$SOURCE", target = "rsync://localhost:^localport/m", tunnel = tunnel {
		mode = "pool", parallel = 2, command = { "sh", "-c", 'echo $$ >>$DIR/pids; exec sleep 3210', "^localport" } } }`)
	if out := command(t, binary, "check", path); !regexp.MustCompile(`\n  tunnel +Tunnel1 \(pool of 2: sh -c .*localport`).MatchString(out) {
		t.Errorf("check says\n%s", out)
	}
	d := start(t, "-nodaemon", "-dryrun", path)
	d.logs("would start: tunnel Tunnel1 (pool of 2: sh -c ")
	d.logs("would start: rsync")
	d.stop()
	if _, err := os.Stat(filepath.Join(p.dir, "pids")); err == nil {
		t.Error("a process was started")
	}
}
