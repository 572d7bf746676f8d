package root

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// Of returns which directory is open.
func Of(dir *os.File) (Identity, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(dir.Fd()), &info); err != nil {
		return Identity{}, fmt.Errorf("identify %s: %w", dir.Name(), err)
	}
	born := info.CreationTime.Nanoseconds()
	return Identity{
		Device:     uint64(info.VolumeSerialNumber),
		Inode:      uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow),
		FileSystem: uint64(info.VolumeSerialNumber),
		Birth:      Time{born / 1e9, uint32(born % 1e9)},
	}, nil
}

// MountOf cannot be told.
func MountOf(string) string { return "" }

// IsMount cannot be told.
func IsMount(string) bool { return false }
