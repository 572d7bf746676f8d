//go:build !linux

package daemon

// AsFirst does nothing: only Linux has containers with a process 1 of their own.
func AsFirst() (exitcode int, done bool) { return 0, false }
