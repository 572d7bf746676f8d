package fsat

import "io/fs"

// modeBits are the permission bits that the os package has elsewhere.
var modeBits = [...]struct {
	mode fs.FileMode
	perm uint32
}{{fs.ModeSetuid, Setuid}, {fs.ModeSetgid, Setgid}, {fs.ModeSticky, Sticky}}

// StatOf converts what the os package tells of an entry. It has no ctime, and on some systems no inode and owners.
func StatOf(info fs.FileInfo) Stat {
	mode := info.Mode()
	t := info.ModTime()
	s := Stat{Perm: uint32(mode.Perm()), Nlink: 1, Size: info.Size(), Mtime: Time{t.Unix(), int64(t.Nanosecond())}}
	s.Blocks = (s.Size + 511) / 512
	for _, b := range modeBits {
		if mode&b.mode != 0 {
			s.Perm |= b.perm
		}
	}
	switch mode.Type() {
	case 0:
		s.Kind = Regular
	case fs.ModeDir:
		s.Kind = Directory
	case fs.ModeSymlink:
		s.Kind = Symlink
	case fs.ModeNamedPipe:
		s.Kind = FIFO
	case fs.ModeSocket:
		s.Kind = Socket
	case fs.ModeDevice:
		s.Kind = BlockDevice
	case fs.ModeDevice | fs.ModeCharDevice:
		s.Kind = CharDevice
	}
	identify(info, &s)
	return s
}
