package api

import (
	"fmt"
	"os"
	"strings"
)

// processInfo reads what /proc says of a process; ok is false where there is no such process, or no /proc.
func processInfo(pid int) (name, cmdline string, ok bool) {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return "", "", false
	}
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return "", "", false
	}
	cmdline = strings.ReplaceAll(strings.TrimSuffix(string(args), "\x00"), "\x00", " ")
	return strings.TrimSuffix(string(comm), "\n"), cmdline, true
}
