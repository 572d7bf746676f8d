// Package process runs work beside the loop: child processes, each in a session
// and process group of its own, and jobs in process. Whatever a child does with
// its streams, it cannot hold up the engine: input is fed and output is read by
// goroutines of their own, and only the end of the process itself counts.
package process

import (
	"context"
	"io"

	"lsyncgo/engine/failure"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/work"
)

// Command is a child process. It implements work.Work.
//
// Standard input comes from Stdin, from Feed, or is empty. A child that stops
// reading early is no error; its exit code decides.
type Command struct {
	// Check, if there is one, decides beside the loop whether the child is started. It may take as
	// long as a file system takes to answer. An error is the result's, with Code CodeRefused.
	Check func() error
	// Prefix, if there is one, returns arguments that go before Args, decided beside the loop when the child is about to be
	// started: it may have waited long for its turn. Describe does not show them. What they tell the child
	// has to be told anew when it changes; see work.Dated.
	Prefix func() []string
	// After, if there is one, is called beside the loop when the child has ended, before that is reported.
	After func()
	// Steps, if there is one, returns what is started instead, one after the other. It gets the command with what Prefix
	// returned, and is called beside the loop. None of the steps may have Check or Steps. The result is the worst.
	Steps func(ctx context.Context, c *Command) []*Command
	// Bearable are the exit codes, the better ones first, after which the next step is started. After 0 it always is.
	Bearable []int
	// Binary is looked up in PATH unless it holds a slash.
	Binary string
	Args   []string // without the program's name
	// Stdin is written to the child, then its input is closed. It is not copied
	// and must not change while the child runs.
	Stdin []byte
	// Feed is the alternative to Stdin: it writes the input piece by piece, in a
	// goroutine of its own, and returns when the input is complete. Writes are
	// buffered. ctx ends when the child does. An error means that the input is
	// incomplete: the child is ended before it sees the end of its input, so that
	// it cannot take the part for the whole, and the result has Code CodeFeed.
	Feed func(ctx context.Context, w io.Writer) error
	// Dir is the working directory, Env the environment as "KEY=value", each KEY once.
	// Empty: those of this process.
	Dir string
	Env []string
	// Capture, if above 0, is how many bytes of each of the child's outputs the Result has, the first ones. What is
	// captured is not copied to Options.Stdout and Stderr: only the Result has it. Options.Output gets its lines.
	Capture int
	// Bound: should this process be killed, the child is asked to end, as nobody
	// else would do it. Linux only.
	Bound bool
}

// Job is work in process. It implements work.Work.
type Job struct {
	// Name is what logs and the status call it, one line.
	Name string
	// Run does the work and returns an exit code with the meaning a child's would
	// have. It must return soon after ctx ends. Lines written to out, by any number
	// of goroutines, are treated as a child's standard error.
	Run func(ctx context.Context, out io.Writer) int
	// Copied, if it is not nil, is where Run has left what it has copied when it returns.
	Copied *work.Amount
}

// Exit codes of work that did not end by itself. Codes of 128 and more are
// 128 plus the number of the signal that ended a child.
const (
	// CodeFeed: Feed failed. It is rsync's code for a broken data stream.
	CodeFeed = failure.Stream
	// CodeRefused: Check did not let it begin. It is rsync's code for an input or output error.
	CodeRefused = failure.FileIO
	// CodeBusy: the system had no process, memory or descriptor to spare, or the
	// program was just being replaced. It is rsync's code for a failed fork, which may be tried again.
	CodeBusy = failure.IPC
	// CodePanic: a job panicked.
	CodePanic = 70
	// CodeNotRun: the program exists and could not be started.
	CodeNotRun = 126
	// CodeNotFound: there is no such program.
	CodeNotFound = 127
	// CodeKilled: the work was killed before it began.
	CodeKilled = 128 + sigTerm
)

// sigTerm is SIGTERM's number on every Unix.
const sigTerm = 15

// Dated implements work.Dated.
func (c *Command) Dated() bool { return c.Prefix != nil }

// Repeatable implements work.Repeatable.
func (c *Command) Repeatable() bool { return c.Prefix != nil }

// Repeatable implements work.Repeatable.
func (*Job) Repeatable() bool { return true }

// Describe returns the command as one line that a shell would read the same way,
// cut after about 1000 bytes.
func (c *Command) Describe() string { return quoteLine(c.Binary, c.Args) }

// Describe returns the job's name.
func (j *Job) Describe() string { return printable.Line(j.Name) }
