//go:build linux && !portable && (amd64 || arm64 || loong64 || mips64 || mips64le || ppc64 || ppc64le || riscv64 || s390x)

package fsat

import "golang.org/x/sys/unix"

func timespec(t Time) unix.Timespec { return unix.Timespec{Sec: t.Sec, Nsec: t.Nsec} }
