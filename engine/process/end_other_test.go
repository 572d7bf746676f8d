//go:build !linux

package process

import "os"

func fileOf(end childEnd) *os.File { return end }
