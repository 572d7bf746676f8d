package lua53

import (
	"os"
	"path/filepath"

	glua "github.com/yuin/gopher-lua"
)

// SetReadOnly has scripts change nothing outside the state from now on: what they run, write, remove or rename seems to
// succeed and is not done. Commands whose output they read are run, as what they find depends on it.
func SetReadOnly(L *glua.LState) { hostOf(L).readOnly = true }

// pretendExecute is the result of a command that succeeded.
func pretendExecute(L *glua.LState) int {
	return push(L, glua.LTrue, glua.LString("exit"), glua.LNumber(0))
}

// pretendName is a name that os.tmpname could have chosen.
func pretendName() string { return filepath.Join(os.TempDir(), "lua_readonly") }

// harmless returns what is opened in the place of path: nothing that is written may arrive there.
func (h *host) harmless(path string, flags int) (string, int) {
	if h.readOnly && flags&(os.O_WRONLY|os.O_RDWR) != 0 {
		return os.DevNull, flags &^ (os.O_CREATE | os.O_TRUNC | os.O_APPEND)
	}
	return path, flags
}
