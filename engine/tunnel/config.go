package tunnel

import (
	"strconv"
	"strings"
	"time"

	"lsyncgo/engine/work"
)

// Config is the definition of a tunnel, complete and checked.
type Config struct {
	Name  string
	Place string // file:line of the tunnel call

	// Pool: each process has a free local port of its own.
	Pool     bool
	Parallel int // processes to keep up, at least 1; more than 1 only for a pool
	// Command and Check are programs with their arguments, in which End.Fill
	// puts in the local end.
	Command []string
	// Localhost is the name of this side; a pool's ports are free there.
	Localhost string

	// ReadyDelay is how long a process has to have run to count as ready; with a
	// Check that decides.
	ReadyDelay time.Duration
	// RetryDelay is the wait before an ended process is started again. It doubles
	// while processes end without having been ready.
	RetryDelay time.Duration

	Check          []string // empty: none
	CheckExitCodes []int    // of Check, those that mean that the process is well
	CheckMaxFailed int      // after so many other ones in a row the process is replaced
	CheckInterval  time.Duration

	// NewWork makes what a Start command carries of a program with its arguments.
	NewWork func(argv []string) work.Work
	// Digest identifies the definition: a tunnel goes on when a new Config has the same one.
	Digest string
}

// String names the tunnel as the log and the check command show it.
func (c *Config) String() string {
	kind := "command"
	if c.Pool {
		kind = "pool of " + strconv.Itoa(c.Parallel)
	}
	return c.Name + " (" + kind + ": " + c.NewWork(c.Command).Describe() + ")"
}

// End is the local end of one process of a tunnel.
type End struct {
	Host string
	Port int // 0: the tunnel is no pool
}

// Fill returns word with ^localhost, and in a pool ^localport, replaced.
func (e End) Fill(word string) string {
	values := []string{"^localhost", e.Host}
	if e.Port != 0 {
		values = append(values, "^localport", strconv.Itoa(e.Port))
	}
	return strings.NewReplacer(values...).Replace(word)
}

func (e End) fill(words []string) []string {
	filled := make([]string, len(words))
	for i, w := range words {
		filled[i] = e.Fill(w)
	}
	return filled
}
