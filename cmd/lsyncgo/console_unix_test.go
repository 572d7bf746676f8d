//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
)

// §1 -nodaemon, -log: in the foreground each line goes to the log file and to the console as well, and categories that are
// asked for are among them. §2 log: these categories are in use.
func TestForegroundLogsToBoth(t *testing.T) {
	args := []string{"-logfile", "log"}
	for _, category := range []string{"Inotify", "Function", "Statusfile", "Delay", "Exec"} {
		args = append(args, "-log", category)
	}
	r := newStage(t, reporting).start(args...)
	r.write("src/file", "")
	r.waitFor("the report", func() bool { return r.read("report") == "FIRST file\n" })
	r.signal(syscall.SIGTERM)
	r.ends(143)
	for place, text := range map[string]string{"log file": r.read("log"), "console": r.log.String()} {
		for _, want := range []string{
			" Normal: --- Startup ---\n", " Inotify: notes: Create " + r.path("src/file") + "\n", " Function: notes: calling action for Create \"file\"\n",
			" Statusfile: writing " + r.path("status") + "\n", " Delay: notes: Create file", " Exec: notes: /bin/sh -c ",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", place, want, text)
			}
		}
		if strings.Contains(text, " Exclude: ") || strings.Contains(text, "Masterloop") {
			t.Errorf("%s has what was not asked for:\n%s", place, text)
		}
	}
}
