package work

import (
	"fmt"
	"strings"

	"lsyncgo/engine/failure"
)

// Exited says that a piece of work has ended.
type Exited struct {
	Proc   ID
	Result Result
}

// Result is how a piece of work ended.
type Result struct {
	// Code is the exit code; 128+N after death by signal N; 127 if it could not be started.
	Code   int
	Signal int
	// Tail is the last output of a child, or the errors of a job, one per line.
	Tail []string
	// Stdout and Stderr are the beginnings of a child's outputs, if they were asked for; Cut: there was more than was asked for.
	Stdout, Stderr []byte
	Cut            bool
	Err            error // why it could not be started or waited for
	// Reason is why it failed, as far as Tail and Code tell.
	Reason failure.Reason
	// MetLimit: it was stopped by the limit of deletions that it was told.
	MetLimit bool
	// Copied is what a job has copied; nobody knows it of a child.
	Copied Amount
	// Shown: the log has its output already.
	Shown bool
}

// Amount is a number of regular files, and the data bytes in them.
type Amount struct{ Files, Bytes int64 }

// Words says in words how the work ended, with the last of what it said itself.
func (r Result) Words() string {
	var b strings.Builder
	switch {
	case r.Err != nil:
		fmt.Fprintf(&b, "failed: %v", r.Err)
	case r.Signal != 0:
		fmt.Fprintf(&b, "was ended by signal %d", r.Signal)
	default:
		fmt.Fprintf(&b, "ended with exit code %d", r.Code)
	}
	if r.Shown && r.Reason.Line != "" {
		return b.String()
	}
	const lines = 5
	for _, line := range r.Reason.Words(r.Tail, lines) {
		b.WriteString("; ")
		b.WriteString(line)
	}
	return b.String()
}
