//go:build linux && !portable

package mirror_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lsyncgo/engine/mirror"
)

func init() { helpers["writer"] = writerHelper }

// stuck is a context that stops whoever asks it while there are that many temporary files.
type stuck struct {
	context.Context
	target string
	many   int
}

func (s stuck) Done() <-chan struct{} {
	if temps, _ := filepath.Glob(s.target + ".*.lsyncgo-*"); len(temps) == s.many {
		fmt.Println("writing")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	return s.Context.Done()
}

// writerHelper mirrors and stops in the middle of a file until its input ends.
func writerHelper() int {
	o := defaults()
	o.Source, o.Target, o.Workers = os.Args[1], os.Args[2], 1
	many, _ := strconv.Atoi(os.Args[3])
	r, err := mirror.Tree(stuck{context.Background(), o.Target, many}, o, "")
	if err != nil {
		return 1
	}
	return r.ExitCode()
}

// startWriter returns another process that is writing a file of o as the many-th, and its end of input.
func startWriter(t *testing.T, o mirror.Options, many int) (*exec.Cmd, io.Closer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], o.Source, o.Target, strconv.Itoa(many))
	cmd.Env = append(os.Environ(), helperEnv+"=writer")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	check(t, err)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "writing\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd, in
}

func temps(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(dir + ".*.lsyncgo-*")
	check(t, err)
	return found
}

// TestLeftoverOfAnother: what another process writes stays until that process has ended.
// §9: leftovers of a live process stay.
func TestLeftoverOfAnother(t *testing.T) {
	o := sidesIn(t, mount(t, "")) // tmpfs shares no blocks, so the data is copied
	put(t, o.Source+"big", strings.Repeat("x", 1<<20))
	other, end := startWriter(t, o, 1)
	killed, _ := startWriter(t, o, 2)
	if n := len(temps(t, o.Target)); n != 2 {
		t.Fatalf("%d processes write", n)
	}
	check(t, killed.Process.Kill())
	_ = killed.Wait()
	// Of two that wrote in one directory, only what the killed one left goes.
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != mirror.ExitOK {
		t.Errorf("%v, %+v", err, r)
	}
	if n := len(temps(t, o.Target)); n != 1 {
		t.Errorf("%d temporary files are left, want that of the live process", n)
	}
	check(t, end.Close())
	check(t, other.Wait()) // it ends its file undisturbed
	same(t, o)
}
