//go:build unix

package main

import (
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// §1 -logfile: /dev/stdout is the stream that is open already, be it a pipe or, as under a service
// manager, a socket, which cannot be opened by that name. Each line appears once.
// §2: nodaemon = true in settings.
func TestLogFileIsStandardOutput(t *testing.T) {
	pipes := map[string]func() (read, write *os.File){
		"pipe": func() (*os.File, *os.File) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			return r, w
		},
		"socket": func() (*os.File, *os.File) {
			fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				t.Fatal(err)
			}
			return os.NewFile(uintptr(fds[0]), "read"), os.NewFile(uintptr(fds[1]), "write")
		},
	}
	for name, open := range pipes {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, `settings{ logfile = "/dev/stdout", nodaemon = true } sync{ source = "@/src", onCreate = "true", init = function() terminate(7) end }
log("Warn", "careful")`)
			read, write := open()
			cmd := s.command("c.lua")
			cmd.Stdout, cmd.Stderr = write, write
			err := cmd.Start()
			_ = write.Close() // the child has its own
			if err != nil {
				t.Fatal(err)
			}
			out, err := io.ReadAll(read)
			_ = read.Close()
			_ = cmd.Wait() // the status says it
			if err != nil || cmd.ProcessState.ExitCode() != 7 {
				t.Errorf("%v, exit status %d", err, cmd.ProcessState.ExitCode())
			}
			for _, line := range []string{"Normal: --- Startup ---\n", "Warn: careful\n", "exit status 7 ---\n"} {
				if n := strings.Count(string(out), line); n != 1 {
					t.Errorf("%d times %q in\n%s", n, line, out)
				}
			}
		})
	}
}

// A daemon has no standard output; check and the start say so.
func TestLogFileOfDaemonIsStandardOutput(t *testing.T) {
	s := newStage(t, `settings{ logfile = "/dev/stdout" } sync{ source = "@/src", onCreate = "true" }`)
	if code, _, errs := s.finish("check", "c.lua"); code != 0 || !strings.Contains(errs, "warning: logfile: /dev/stdout of a daemon is the null device") {
		t.Errorf("%d %q", code, errs)
	}
	if code, _, errs := s.finish("check", "-nodaemon", "c.lua"); code != 0 || errs != "" {
		t.Errorf("in the foreground: %d %q", code, errs)
	}
}
