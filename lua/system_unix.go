//go:build unix

package lua

import "syscall"

func kill(pid, signal int) error { return syscall.Kill(pid, syscall.Signal(signal)) }
