package process

import "os"

// fileOf is the end that a child would get, which closes it.
func fileOf(end childEnd) *os.File { return os.NewFile(uintptr(end), "pipe") }
