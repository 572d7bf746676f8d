package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestReaderOfTheLogIsGone: nobody reads what the program prints any more, and it goes on.
func TestReaderOfTheLogIsGone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := exec.Command(binary, "-nodaemon", "-log", "all", p.config(`
		sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { verbose = true } }
		sync { source = "$SOURCE", delay = 0.1, exitcodes = { [141] = "ok" },
			onCreate = "kill -PIPE $$; touch '$DIR/survived'" }`))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the state is read from ProcessState
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	w.Close()
	for lines := bufio.NewScanner(r); !strings.Contains(lines.Text(), "--- Ready ---"); {
		if !lines.Scan() {
			t.Fatal("ended before it was ready")
		}
	}
	r.Close()
	p.write("source/file", "x")
	p.same()
	p.write("source/other", "x")
	p.same()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end", func() bool {
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("ended with %s", cmd.ProcessState)
	}
	if p.exists("survived") {
		t.Error("children ignore SIGPIPE")
	}
}
