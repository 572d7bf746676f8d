// Package usertest has tests do something as another user.
package usertest

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// As runs f as the user uid, on a thread that ends with it. The groups stay. Only root may ask for it.
func As(t *testing.T, uid int, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread is not used again
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); errno != 0 {
			t.Error(errno)
			return
		}
		f()
	}()
	<-done
}
