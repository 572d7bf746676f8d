//go:build !linux

package daemon

// KeepName does nothing: a process is named after the file of the program.
func KeepName() {}
