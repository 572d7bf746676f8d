//go:build unix

package lua53

import (
	"syscall"
	"time"
)

// cpuTime is the processor time this process has used, which os.clock reports.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
