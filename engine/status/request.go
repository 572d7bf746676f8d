package status

import "fmt"

// Protocol is the version of what goes over the socket. It grows when a client or a daemon of before would misunderstand the
// other; a field or a verb more is no reason.
const Protocol = 2

// Verb is what a client wants.
type Verb string

const (
	// VerbStatus asks for a Snapshot. Daemons of every version answer it.
	VerbStatus Verb = "status"
	// VerbPause has a sync do nothing: name, nanoseconds until the end of the pause, 0 for none.
	VerbPause Verb = "pause"
	// VerbResume ends a pause, or lets a sync on hold go on: name.
	VerbResume Verb = "resume"
	// VerbResync compares a sync, or a path in its source, with the target: name, the path in the ways it can be written.
	VerbResync Verb = "resync"
	// VerbReload has the config read again. The answer comes when it is in force or refused.
	VerbReload Verb = "reload"
	// VerbStop ends the daemon. The connection ends with it.
	VerbStop Verb = "stop"
	// VerbWait waits until all that has happened so far has arrived: names, none for all syncs.
	VerbWait Verb = "wait"
	// VerbTrace tells what is known of a path: the path in the ways it can be written.
	VerbTrace Verb = "trace"
	// VerbDebug has something logged, or no longer: "monitor", "on" or "off".
	VerbDebug Verb = "debug"
)

// long tells of verbs that are answered in their own time, and of connections that may stay.
func (v Verb) long() bool {
	return v == VerbReload || v == VerbStop || v == VerbWait
}

// Request is what a client asks for.
type Request struct {
	Version int  `json:"version"`
	Verb    Verb `json:"verb"`
	// Args are bytes, as names of files are.
	Args [][]byte `json:"args,omitempty"`

	// Resume and Debug are how clients of version 1 ask.
	Resume string `json:"resume,omitempty"`
	Debug  string `json:"debug,omitempty"`
}

// NewRequest makes a request of this version.
func NewRequest(verb Verb, args ...string) Request {
	r := Request{Version: Protocol, Verb: verb}
	for _, a := range args {
		r.Args = append(r.Args, []byte(a))
	}
	return r
}

// Arg returns an argument, "" if there are not so many.
func (r Request) Arg(i int) string {
	if i < len(r.Args) {
		return string(r.Args[i])
	}
	return ""
}

// Reply is what goes back, one JSON object in a line. A long request may get several.
type Reply struct {
	Version  int       `json:"version"`
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	// Text is what to tell the user.
	Text string `json:"text,omitempty"`
	// Error says why not, and Code is the exit status that tells of it.
	Error string `json:"error,omitempty"`
	Code  int    `json:"code,omitempty"`
}

// Refusal is an answer that says no.
type Refusal struct {
	Text string
	Code int // exit status of the command
}

// Error implements error.
func (r *Refusal) Error() string { return r.Text }

// understood says why a daemon of this version does not do what it is asked; nil: it does.
func (r *Request) understood() error {
	switch {
	case r.Version == 0 && r.Verb == "" && r.Resume == "" && r.Debug == "": // status of version 1
		r.Verb = VerbStatus
	case r.Verb == VerbStatus:
	case r.Version < Protocol:
		return fmt.Errorf("this lsyncgo command is older than the running daemon; use the lsyncgo that the daemon was started with")
	case r.Version > Protocol:
		return fmt.Errorf("the running daemon is older than this lsyncgo command and does not understand %q; start the daemon again", r.Verb)
	}
	return nil
}
