//go:build !unix

package main

import "os"

// extraSignals: there are none to reload or report here.
var extraSignals []os.Signal

func isReload(os.Signal) bool { return false }
func isReport(os.Signal) bool { return false }
