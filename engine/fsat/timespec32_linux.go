//go:build linux && !portable && (386 || arm || mips || mipsle || ppc)

package fsat

import "golang.org/x/sys/unix"

func timespec(t Time) unix.Timespec { return unix.Timespec{Sec: int32(t.Sec), Nsec: int32(t.Nsec)} }
