package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// §10: called by a link of another name, the daemon bears that name, by which monitoring looks for it.
func TestKeepsName(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.mkdir("bin")
	if err := os.Symlink(binary, p.path("bin/lsyncd")); err != nil {
		t.Fatal(err)
	}
	config := p.config(`settings { pidfile = "$DIR/pid", logfile = "$DIR/log" }
		sync { source = "$SOURCE", onCreate = function() end }`)
	cmd := exec.Command("lsyncd", config)
	cmd.Path = p.path("bin/lsyncd")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(p.content("pid")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if string(name) != "lsyncd\n" {
		t.Errorf("the daemon is called %q (%v)", name, err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pidfile to be removed", func() bool { return !p.exists("pid") })
}
