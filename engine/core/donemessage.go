package core

import (
	"fmt"
	"strings"
	"time"
)

// listed is how many events the message names: enough to recognise what was done, few enough for one line.
const listed = 5

// processes says how many processes run, for the log.
func processes(n int) string {
	if n == 1 {
		return "1 running process"
	}
	return fmt.Sprintf("%d running processes", n)
}

// doneMessage says what work has been done, for the log. With DryRun it would have been.
func (a *Agent) doneMessage(r Result, took time.Duration) string {
	var b strings.Builder
	if n := len(a.Delays); n > 1 {
		fmt.Fprintf(&b, "%d events ", n)
	}
	b.WriteString("done")
	if a.Sync.core.settings.DryRun {
		b.WriteString(" but for the dry run")
	} else {
		fmt.Fprintf(&b, " in %s", took.Round(time.Millisecond))
	}
	if r.Code != 0 {
		fmt.Fprintf(&b, " with exit code %d", r.Code)
	}
	for i, d := range a.Delays[:min(len(a.Delays), listed)] {
		b.WriteString([]string{": ", ", "}[min(i, 1)])
		b.WriteString(describe(d))
	}
	if more := len(a.Delays) - listed; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}
