package status

import (
	"errors"
	"fmt"
	"os"

	"lsyncgo/engine/ownfile"
)

// ErrNoDaemon means that nobody answers at a socket.
var ErrNoDaemon = errors.New("no running daemon answers")

// Suffix is what the socket's name adds to the pidfile or status file beside which it is.
const Suffix = ".sock"

// SocketBeside returns the path of the socket of a daemon with this pidfile and
// status file, the pidfile's first; empty if it has neither.
func SocketBeside(pidfile, statusFile string) string {
	for _, path := range []string{pidfile, statusFile} {
		if path != "" {
			return path + Suffix
		}
	}
	return ""
}

// maxAddress is the longest path that fits a socket address everywhere: 108
// bytes with the final NUL on Linux, 104 on the BSDs and macOS.
const maxAddress = 103

// place is where a socket is: its directory is found as that of any file of the program's own,
// so that no link of a stranger leads elsewhere.
type place struct {
	*ownfile.Entry
	name string // of the socket, for an address; valid until Close
}

func locate(path string) (*place, error) {
	e, err := ownfile.Locate(path)
	if err != nil {
		return nil, err
	}
	p := &place{e, e.Path()}
	if len(p.name) > maxAddress {
		_ = e.Close()
		return nil, fmt.Errorf("%d bytes are too long for a socket; choose a shorter pidfile or status file", len(p.name))
	}
	return p, nil
}

// owner returns who owns the socket's directory, and whether nobody but he and root can write there.
func (p *place) owner() (uid int, alone bool) {
	dir, err := p.Dir()
	if err != nil {
		return 0, false
	}
	uid, known := ownfile.Owner(dir)
	if !known { // where users have no numbers, access lists protect the directory
		return os.Geteuid(), true
	}
	return uid, dir.Mode().Perm()&0o022 == 0
}
