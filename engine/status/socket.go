package status

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// address gives a name of the socket at path that fits a socket address. It is
// valid until release is called.
func address(path string) (name string, release func(), err error) {
	if strings.HasPrefix(path, "@") {
		path = "./" + path // @ alone means the abstract name space
	}
	if len(path) <= maxAddress {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	name = shortName(dir, filepath.Base(path))
	if name == "" || len(name) > maxAddress {
		_ = dir.Close()
		return "", nil, fmt.Errorf("%d bytes are too long for a socket; choose a shorter pidfile or status file", len(path))
	}
	return name, func() { _ = dir.Close() }, nil
}
