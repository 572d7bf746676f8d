//go:build unix

package main

import (
	"os"
	"syscall"
)

var extraSignals = []os.Signal{syscall.SIGHUP, syscall.SIGUSR1}

func isReload(s os.Signal) bool { return s == syscall.SIGHUP }
func isReport(s os.Signal) bool { return s == syscall.SIGUSR1 }
