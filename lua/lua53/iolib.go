package lua53

import (
	"io"
	"os"
	"os/exec"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

var ioFuncs = map[string]glua.LGFunction{
	"close":   ioClose,
	"flush":   func(L *glua.LState) int { return push(L, hostOf(L).output) },
	"input":   ioInput,
	"lines":   ioLines,
	"open":    ioOpen,
	"output":  ioOutput,
	"popen":   ioPopen,
	"read":    ioRead,
	"tmpfile": ioTmpfile,
	"type":    ioType,
	"write":   ioWrite,
}

var fileMethods = map[string]glua.LGFunction{
	"__tostring": fileToString,
	"close":      func(L *glua.LState) int { return checkFile(L, 1).close(L) },
	"flush":      func(L *glua.LState) int { checkFile(L, 1); return push(L, L.Get(1)) },
	"lines":      fileLines,
	"read":       fileRead,
	"seek":       fileSeek,
	"setvbuf":    fileSetvbuf,
	"write":      fileWrite,
}

// openIO replaces gopher-lua's io library as a whole, since its file values have no exported parts.
func openIO(L *glua.LState, h *host) {
	mt := L.SetFuncs(L.NewTable(), fileMethods)
	mt.RawSetString("__index", mt)
	mt.RawSetString("__name", glua.LString(fileType))
	L.G.Registry.RawSetString(fileType, mt)
	lib := loadedTable(L).RawGetString("io").(*glua.LTable)
	L.SetFuncs(lib, ioFuncs)
	for name, f := range map[string]*os.File{"stdin": os.Stdin, "stdout": os.Stdout, "stderr": os.Stderr} {
		ud := newFile(L, f)
		isFile(ud).standard = true
		lib.RawSetString(name, ud)
	}
	h.input, h.output = lib.RawGetString("stdin"), lib.RawGetString("stdout")
}

// openFlags translates a mode of fopen: r, w or a, then + and b in any order, each once at most.
func openFlags(mode string) (flags int, ok bool) {
	if mode == "" {
		return 0, false
	}
	rest := mode[1:]
	plus := strings.Count(rest, "+")
	if plus > 1 || strings.Count(rest, "b") != len(rest)-plus {
		return 0, false
	}
	access := os.O_WRONLY
	if plus == 1 {
		access = os.O_RDWR
	}
	switch mode[0] {
	case 'r':
		return access &^ os.O_WRONLY, true
	case 'w':
		return access | os.O_CREATE | os.O_TRUNC, true
	case 'a':
		return access | os.O_CREATE | os.O_APPEND, true
	}
	return 0, false
}

func openFile(L *glua.LState, path string, flags int) (*glua.LUserData, error) {
	path, flags = hostOf(L).harmless(path, flags)
	f, err := LimiterOf(L).open(path, flags)
	interrupt(L)
	if err != nil {
		return nil, err
	}
	return newFile(L, f), nil
}

func ioOpen(L *glua.LState) int {
	path := checkString(L, 1)
	flags, ok := openFlags(optString(L, 2, "r"))
	if !ok {
		argError(L, 2, "invalid mode")
	}
	ud, err := openFile(L, path, flags)
	if err != nil {
		return fileResult(L, err, path)
	}
	return push(L, ud)
}

func ioPopen(L *glua.LState) int {
	command, mode := checkString(L, 1), optString(L, 2, "r")
	if mode != "r" && mode != "w" {
		argError(L, 2, "invalid mode")
	}
	if mode == "w" && hostOf(L).readOnly {
		ud, err := openFile(L, os.DevNull, os.O_WRONLY)
		if err != nil {
			return fileResult(L, err, command)
		}
		return push(L, ud)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fileResult(L, err, command)
	}
	ours, theirs := r, w
	if mode == "w" {
		ours, theirs = w, r
	}
	c, err := startChild(L, command, func(cmd *exec.Cmd) {
		if mode == "r" {
			cmd.Stdout = w
		} else {
			cmd.Stdin = r
		}
	})
	_ = theirs.Close()
	if err != nil {
		_ = ours.Close()
		return fileResult(L, err, command)
	}
	ud := newFile(L, ours)
	isFile(ud).child = c
	return push(L, ud)
}

// ioTmpfile makes a file without a name, where the system allows to remove an open file.
func ioTmpfile(L *glua.LState) int {
	f, err := os.CreateTemp("", "lua_")
	if err != nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	_ = os.Remove(f.Name())
	return push(L, newFile(L, f))
}

func ioType(L *glua.LState) int {
	f := isFile(checkAny(L, 1))
	switch {
	case f == nil:
		return push(L, glua.LNil)
	case f.closed:
		return push(L, glua.LString("closed file"))
	}
	return push(L, glua.LString("file"))
}

func ioClose(L *glua.LState) int {
	if L.GetTop() == 0 {
		L.Push(hostOf(L).output)
	}
	return checkFile(L, 1).close(L)
}

func ioInput(L *glua.LState) int { return defaultFile(L, &hostOf(L).input, os.O_RDONLY) }
func ioOutput(L *glua.LState) int {
	return defaultFile(L, &hostOf(L).output, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
}

// defaultFile gets or sets the default input or output, by file or by name.
func defaultFile(L *glua.LState, current *glua.LValue, flags int) int {
	if path, ok := toText(L.Get(1)); ok {
		ud, err := openFile(L, path, flags)
		if err != nil {
			L.RaiseError("cannot open file '%s' (%s)", path, errorText(err))
		}
		*current = ud
	} else if L.Get(1) != glua.LNil {
		checkFile(L, 1)
		*current = L.Get(1)
	}
	return push(L, *current)
}

// useDefault is the file of io.read and io.write.
func useDefault(L *glua.LState, current glua.LValue, what string) *file {
	f := isFile(current)
	if f.closed {
		L.RaiseError("standard %s file is closed", what)
	}
	return f
}

func ioRead(L *glua.LState) int {
	return pushRead(L, useDefault(L, hostOf(L).input, "input"), 1)
}

func fileRead(L *glua.LState) int { return pushRead(L, checkFile(L, 1), 2) }

func pushRead(L *glua.LState, f *file, first int) int {
	n, err := f.read(L, arguments(L, first), first)
	if err != nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	return n
}

func arguments(L *glua.LState, from int) []glua.LValue {
	var args []glua.LValue
	for i := from; i <= L.GetTop(); i++ {
		args = append(args, L.Get(i))
	}
	return args
}

func ioWrite(L *glua.LState) int {
	h := hostOf(L)
	return pushWritten(L, useDefault(L, h.output, "output").write(L, 1), h.output)
}

func fileWrite(L *glua.LState) int { return pushWritten(L, checkFile(L, 1).write(L, 2), L.Get(1)) }

func pushWritten(L *glua.LState, err error, ud glua.LValue) int {
	if err != nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	return push(L, ud)
}

func ioLines(L *glua.LState) int {
	if L.Get(1) == glua.LNil {
		return pushLines(L, useDefault(L, hostOf(L).input, "input"), arguments(L, 2), false)
	}
	path := checkString(L, 1)
	f, err := LimiterOf(L).openSource(path)
	interrupt(L)
	if err != nil {
		L.RaiseError("cannot open file '%s' (%s)", path, errorText(err))
	}
	return pushLines(L, isFile(newFile(L, f)), arguments(L, 2), true)
}

func fileLines(L *glua.LState) int { return pushLines(L, checkFile(L, 1), arguments(L, 2), false) }

// pushLines pushes an iterator that reads by formats, and closes at the end if the script has no other way to.
func pushLines(L *glua.LState, f *file, formats []glua.LValue, closing bool) int {
	return push(L, L.NewFunction(func(L *glua.LState) int {
		if f.closed {
			L.RaiseError("file is already closed")
		}
		n, err := f.read(L, formats, 2)
		if err != nil {
			L.RaiseError("%s", errorText(err))
		}
		if closing && L.Get(-n) == glua.LNil {
			f.close(L)
			return push(L, glua.LNil)
		}
		return n
	}))
}

func fileSeek(L *glua.LState) int {
	f := checkFile(L, 1)
	whence, ok := map[string]int{"set": io.SeekStart, "cur": io.SeekCurrent, "end": io.SeekEnd}[optString(L, 2, "cur")]
	if !ok {
		argError(L, 2, "invalid option '%s'", optString(L, 2, ""))
	}
	offset := int64(0)
	if L.Get(3) != glua.LNil {
		offset = checkInt64(L, 3)
	}
	err := f.sync()
	var at int64
	if err == nil {
		at, err = f.f.Seek(offset, whence)
	}
	if err != nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	return push(L, glua.LNumber(at))
}

// fileSetvbuf accepts the modes of C without effect, as nothing is buffered.
func fileSetvbuf(L *glua.LState) int {
	checkFile(L, 1)
	switch mode := checkString(L, 2); mode {
	case "no", "full", "line":
	default:
		argError(L, 2, "invalid option '%s'", mode)
	}
	return push(L, glua.LTrue)
}

func fileToString(L *glua.LState) int {
	f := isFile(L.Get(1))
	if f == nil {
		typeError(L, 1, fileType)
	}
	return push(L, glua.LString(f.String()))
}
