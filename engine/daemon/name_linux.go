package daemon

import (
	"os"
	"path/filepath"
)

// KeepName has the process bear the name that it was called by. Its starter runs the file of the program, which a
// link of another name may have led to, and the kernel names a process after the file; an administrator who looks for it
// by name (pgrep -x) knows the link.
func KeepName() {
	if len(os.Args) == 0 {
		return
	}
	// The kernel takes the first 15 bytes. Without /proc the process has the name of the file.
	_ = os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0)
}
