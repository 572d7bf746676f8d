package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pipe returns the two ends of a pipe, of which one is for a child. Only ours goes to the
// runtime's poller, which os.Pipe would have look after the child's too: a
// writing end is ready from the start, and wakes it for nothing.
func pipe(ours int) (r, w *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, fmt.Errorf("open a pipe: %w", err)
	}
	// Fails for no open descriptor; then a thread would wait instead of the poller.
	_ = unix.SetNonblock(fds[ours], true)
	return os.NewFile(uintptr(fds[reading]), "pipe"), os.NewFile(uintptr(fds[writing]), "pipe"), nil
}
