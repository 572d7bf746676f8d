package lua53

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"

	glua "github.com/yuin/gopher-lua"
)

var osFuncs = map[string]glua.LGFunction{
	"clock":     func(L *glua.LState) int { return push(L, glua.LNumber(cpuTime().Seconds())) },
	"date":      osDate,
	"difftime":  osDifftime,
	"execute":   osExecute,
	"exit":      osExit,
	"getenv":    osGetenv,
	"remove":    osRemove,
	"rename":    osRename,
	"setlocale": osSetlocale,
	"time":      osTime,
	"tmpname":   osTmpname,
}

func osDifftime(L *glua.LState) int {
	return push(L, glua.LNumber(checkNumber(L, 1)-checkNumber(L, 2)))
}

// osExecute runs a shell command. It waits for this child alone: waiting for any would steal those of others.
func osExecute(L *glua.LState) int {
	if L.Get(1) == glua.LNil {
		_, err := exec.LookPath(shell[0])
		return push(L, glua.LBool(err == nil))
	}
	if hostOf(L).readOnly {
		return pretendExecute(L)
	}
	c, err := startChild(L, checkString(L, 1), func(*exec.Cmd) {})
	if err != nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	return c.wait(L)
}

// pushExit pushes how a child ended: true or nil, "exit" or "signal", and the code or signal number.
func pushExit(L *glua.LState, state *os.ProcessState, err error) int {
	if state == nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	what, code := "exit", state.ExitCode()
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		what, code = "signal", int(status.Signal())
	}
	var success glua.LValue = glua.LNil
	if state.Success() {
		success = glua.LTrue
	}
	return push(L, success, glua.LString(what), glua.LNumber(code))
}

func osExit(L *glua.LState) int {
	code := 0
	switch v := L.Get(1).(type) {
	case glua.LBool:
		if !v {
			code = 1
		}
	case *glua.LNilType:
	default:
		code = int(checkInt64(L, 1) & 0xff)
	}
	hostOf(L).exit(code)
	return 0
}

func osGetenv(L *glua.LState) int {
	v, ok := os.LookupEnv(checkString(L, 1))
	if !ok {
		return push(L, glua.LNil)
	}
	return push(L, glua.LString(v))
}

func osRemove(L *glua.LState) int {
	path := checkString(L, 1)
	if hostOf(L).readOnly {
		return push(L, glua.LTrue)
	}
	return fileResult(L, os.Remove(path), path)
}

func osRename(L *glua.LState) int {
	from, to := checkString(L, 1), checkString(L, 2)
	if hostOf(L).readOnly {
		return push(L, glua.LTrue)
	}
	return fileResult(L, os.Rename(from, to), from)
}

// fileResult pushes true, or what went wrong with path.
func fileResult(L *glua.LState, err error, path string) int {
	if err == nil {
		return push(L, glua.LTrue)
	}
	return failure(L, path+": "+errorText(err), errorNumber(err))
}

// errorText is the operating system's message, in capitals as C has it, without operation and path.
func errorText(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		text := errno.Error()
		return strings.ToUpper(text[:1]) + text[1:]
	}
	if errors.Is(err, os.ErrClosed) {
		return "file already closed"
	}
	var on *os.PathError
	if errors.As(err, &on) {
		return on.Err.Error()
	}
	return err.Error()
}

func errorNumber(err error) int {
	var errno syscall.Errno
	errors.As(err, &errno)
	return int(errno)
}

// osSetlocale knows the C locale only.
func osSetlocale(L *glua.LState) int {
	switch optString(L, 1, "C") {
	case "", "C", "POSIX":
		return push(L, glua.LString("C"))
	}
	return push(L, glua.LNil)
}

// osTmpname leaves the file in place, as mkstemp does: so nobody else can take the name.
func osTmpname(L *glua.LState) int {
	if hostOf(L).readOnly {
		return push(L, glua.LString(pretendName()))
	}
	f, err := os.CreateTemp("", "lua_")
	if err != nil {
		L.RaiseError("unable to generate a unique filename: %s", errorText(err))
	}
	if err := f.Close(); err != nil {
		L.RaiseError("unable to generate a unique filename: %s", errorText(err))
	}
	return push(L, glua.LString(f.Name()))
}
