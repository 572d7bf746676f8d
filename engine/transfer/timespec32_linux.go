//go:build linux && !portable && (386 || arm || mips || mipsle || ppc)

package transfer

import "golang.org/x/sys/unix"

func timespec(t stamp) unix.Timespec { return unix.Timespec{Sec: int32(t.sec), Nsec: int32(t.nsec)} }
