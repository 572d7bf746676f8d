// Package work has the values that the value machines, core and tunnel, speak of work in: what a piece of work is, the
// commands that start and end it, and the inputs that tell how it ended. What runs it needs to know
// nothing of the machine that asked for it, and a machine nothing of what runs it.
package work

// ID names one piece of work from before its start until its end. 0 names none.
type ID uint64

// Work is something that runs beside the loop and ends with an exit code: a child process or a job in process.
type Work interface {
	// Describe returns one line for logs and status: the command as a user would type it.
	Describe() string
}

// Dated is work that is told when it begins what it must not delete. If there is more of that while it runs,
// it is ended and begun anew.
type Dated interface {
	Work
	Dated() bool
}

// Repeatable is work that may be ended at any time: who begins anew does it again, and clears away what it has left.
type Repeatable interface {
	Work
	Repeatable() bool
}

// Command is what a value machine wants done about its work. One of Start, Kill, Reserve.
type Command any

// Start starts a piece of work; its end comes back as Exited.
type Start struct {
	Proc ID
	Work Work
}

// Kill ends a running piece of work and everything it started.
type Kill struct{ Proc ID }

// Reserve asks for a TCP port of the host that nobody listens on; the answer comes as Reserved.
type Reserve struct {
	Proc ID // what it is for, to be started then
	Host string
}

// Reserved answers a Reserve command.
type Reserved struct {
	Proc ID
	Port int
	Err  error
}
