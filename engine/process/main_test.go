package process

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lsyncgo/engine/work"
)

// scriptEnv makes the test binary a child that plays the script of that name.
const scriptEnv = "LSYNCGO_TEST_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(scriptEnv); name != "" {
		os.Exit(scripts[name](os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// scripts are what children of the tests do; the result is the exit code.
var scripts = map[string]func(args []string) int{
	"exit": func(args []string) int {
		code, _ := strconv.Atoi(args[0])
		return code
	},
	"hash": func([]string) int {
		h := sha256.New()
		n, _ := io.Copy(h, os.Stdin)
		fmt.Printf("%d %x\n", n, h.Sum(nil))
		return 0
	},
	"cat": func([]string) int {
		_, _ = io.Copy(os.Stdout, os.Stdin)
		return 0
	},
	"close stdin": func([]string) int {
		os.Stdin.Close()
		fmt.Println("closed")
		return 3
	},
	"print": func(args []string) int {
		for _, a := range args {
			if text, ok := strings.CutPrefix(a, "2>"); ok {
				fmt.Fprint(os.Stderr, text)
			} else {
				fmt.Print(a)
			}
		}
		return 0
	},
	// flood N [LINE]: N bytes, as one line or many.
	"flood": func(args []string) int {
		n, _ := strconv.Atoi(args[0])
		chunk := []byte(strings.Repeat("x", 64<<10))
		if len(args) > 1 {
			chunk = []byte(strings.Repeat(args[1]+"\n", 64<<10/(len(args[1])+1)))
		}
		for ; n > 0; n -= len(chunk) {
			os.Stdout.Write(chunk)
		}
		fmt.Print("\nlast")
		return 0
	},
	"wait": func([]string) int {
		fmt.Println("ready")
		select {}
	},
	"ignore TERM": func([]string) int {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		time.Sleep(time.Hour)
		return 0
	},
	// mark end: ignores TERM, leaves a file if it sees the end of its input.
	"mark end": func(args []string) int {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = os.WriteFile(args[0], nil, 0o600)
		return 0
	},
	"env": func([]string) int {
		dir, _ := os.Getwd()
		fmt.Println(dir, os.Getenv("GREETING"))
		return 0
	},
	"first line": func([]string) int {
		line, _ := bufio.NewReaderSize(os.Stdin, 16).ReadString('\n')
		fmt.Print(line)
		return 4
	},
}

// script returns the command that plays a script.
func script(name string, args ...string) *Command {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	// The race detector would have each child sleep for a second at its end.
	return &Command{Binary: self, Args: args, Env: append(os.Environ(), scriptEnv+"="+name, "GORACE=atexit_sleep_ms=0")}
}

// deadline ends a test that hangs; nothing is measured against it.
const deadline = time.Minute

// newRunner returns a Runner that the test closes at its end.
func newRunner(t testing.TB, o Options) *Runner {
	t.Helper()
	r := NewRunner(o)
	t.Cleanup(func() { closeRunner(t, r) })
	return r
}

func closeRunner(t testing.TB, r *Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
}

// next returns the next exit.
func next(t testing.TB, r *Runner) work.Exited {
	t.Helper()
	select {
	case x, ok := <-r.Exits():
		if !ok {
			t.Fatal("exits are closed")
		}
		return x
	case <-time.After(deadline):
		t.Fatal("nothing has ended")
		panic("unreachable")
	}
}

// run runs one piece of work to its end.
func run(t testing.TB, w work.Work) work.Result {
	t.Helper()
	r := newRunner(t, Options{})
	r.Start(1, w)
	return next(t, r).Result
}

// output is an Options.Output that tests wait on.
type output chan string

func newOutput() output { return make(output, 1000) }

func (o output) take(_ work.ID, line string, _ bool) { o <- line }

// want waits for a line.
func (o output) want(t testing.TB, line string) {
	t.Helper()
	late := time.After(deadline)
	for {
		select {
		case got := <-o:
			if got == line {
				return
			}
		case <-late:
			t.Fatalf("no line %q", line)
		}
	}
}
