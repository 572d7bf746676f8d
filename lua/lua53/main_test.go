package lua53

import (
	"fmt"
	"os"
	"strings"
	"testing"

	glua "github.com/yuin/gopher-lua"
	"go.uber.org/goleak"
)

// scriptEnv names a script that the test binary runs instead of its tests, as a stand-in for lua5.3.
const scriptEnv = "DIALECT_SCRIPT"

func TestMain(m *testing.M) {
	if path := os.Getenv(scriptEnv); path != "" {
		L := NewState()
		fn, err := LoadFile(L, path)
		if err == nil {
			L.Push(fn)
			err = ProtectedCall(L, 0, 0, nil)
		}
		if err != nil {
			place, msg, traceback, internal := Describe(err)
			fmt.Fprintln(os.Stderr, place, msg, traceback, internal)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(patient{m})
}

// patient are tests after which operations that a limit has left behind come to their end.
type patient struct{ *testing.M }

func (p patient) Run() int {
	code := p.M.Run()
	underway.Wait()
	return code
}

// run compiles and runs src in L and returns what it prints.
func run(t *testing.T, L *glua.LState, name, src string) (string, error) {
	t.Helper()
	var out strings.Builder
	SetPrint(L, func(line string) { out.WriteString(line + "\n") })
	proto, err := Compile(name, []byte(src))
	if err != nil {
		return "", err
	}
	L.Push(L.NewFunctionFromProto(proto))
	err = ProtectedCall(L, 0, 0, nil)
	return out.String(), err
}
