//go:build !unix

package lua53

import "time"

var started = time.Now()

// cpuTime is, for want of better, the time since the program's start, as the C library of Windows has it.
func cpuTime() time.Duration { return time.Since(started) }
