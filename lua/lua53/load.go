package lua53

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// chunkName turns the name argument of load into what errors show, as C Lua does: "=name" and "@file" are taken
// literally, anything else is source text of which the first line is shown.
func chunkName(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '@') {
		return s[1:]
	}
	const longest = 60 // LUA_IDSIZE
	line, _, more := strings.Cut(s, "\n")
	if room := longest - len(`[string "..."]`) - 1; len(line) > room {
		line, more = line[:room], true
	}
	if more {
		line += "..."
	}
	return `[string "` + line + `"]`
}

func pushCompiled(L *glua.LState, name string, src []byte, env *glua.LTable) int {
	if len(src) > maxSource {
		return push(L, glua.LNil, glua.LString(name+": "+errTooLong.Error()))
	}
	proto, err := LimiterOf(L).compile(name, src)
	interrupt(L)
	if err != nil {
		return push(L, glua.LNil, glua.LString(err.Error()))
	}
	fn := L.NewFunctionFromProto(proto)
	if env != nil {
		fn.Env = env
	}
	return push(L, fn)
}

func baseLoad(L *glua.LState) int {
	var src string
	if s, ok := toText(L.Get(1)); ok {
		src = s
	} else {
		src = readChunk(L, checkFunction(L, 1))
	}
	name := src
	if L.Get(1).Type() == glua.LTFunction {
		name = "=(load)"
	}
	return loadText(L, src, chunkName(optString(L, 2, name)), 3)
}

// readChunk collects what the pieces function returns until nil or an empty string.
func readChunk(L *glua.LState, pieces *glua.LFunction) string {
	all := newBuilder(L)
	for {
		interrupt(L)
		switch piece := call(L, pieces).(type) {
		case *glua.LNilType:
			return all.String()
		case glua.LString:
			if piece == "" {
				return all.String()
			}
			all.add(string(piece))
		default:
			L.RaiseError("reader function must return a string")
		}
	}
}

// loadText compiles src with the mode argument n and the environment argument n+1.
func loadText(L *glua.LState, src, name string, n int) int {
	if strings.HasPrefix(src, "\x1bLua") {
		return push(L, glua.LNil, glua.LString(name+": binary chunks cannot be loaded: load the source instead"))
	}
	if mode := optString(L, n, "bt"); !strings.Contains(mode, "t") {
		return push(L, glua.LNil, glua.LString("attempt to load a text chunk (mode is '"+mode+"')"))
	}
	var env *glua.LTable
	if L.Get(n+1) != glua.LNil {
		env = checkTable(L, n+1)
	}
	return pushCompiled(L, name, []byte(src), env)
}

func baseLoadstring(L *glua.LState) int {
	src := checkString(L, 1)
	return pushCompiled(L, chunkName(optString(L, 2, src)), []byte(src), nil)
}

func baseLoadfile(L *glua.LState) int {
	src, name, err := readFile(L)
	if err != nil {
		return push(L, glua.LNil, glua.LString("cannot open "+name+": "+errorText(err)))
	}
	return loadText(L, string(src), name, 2)
}

func baseDofile(L *glua.LState) int {
	src, name, err := readFile(L)
	if err != nil {
		L.RaiseError("cannot open %s: %s", name, errorText(err))
	}
	top := L.GetTop()
	if pushCompiled(L, name, src, nil) > 1 {
		L.Error(L.Get(-1), 0)
	}
	LimiterOf(L).call(L, 0, glua.MultRet)
	return L.GetTop() - top
}

// readFile reads the file of argument 1, or standard input if there is none.
func readFile(L *glua.LState) (src []byte, name string, err error) {
	if L.Get(1) == glua.LNil {
		input := &stream{f: os.Stdin, limiter: LimiterOf(L)}
		src, err = io.ReadAll(io.LimitReader(input, maxSource))
		interrupt(L)
		return src, "stdin", err
	}
	name = hostOf(L).resolve(checkString(L, 1))
	src, err = LimiterOf(L).ReadFile(name)
	interrupt(L)
	return src, name, err
}

// resolve makes a relative path count from the base directory, never from the one that the program was started in:
// somebody else may have put a file of that name there.
func (h *host) resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(h.base, path)
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
