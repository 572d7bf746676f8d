package lua53

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	glua "github.com/yuin/gopher-lua"
)

// host is what one state knows about the program around it. It is reached from the state's registry, so that
// coroutines share it; like the state itself it belongs to one goroutine.
type host struct {
	base     string            // directory of the configuration; the root until SetBase
	exit     func(code int)    // os.exit
	print    func(line string) // print
	random   *rand.Rand        // math.random
	input    glua.LValue       // default files of io, userdata
	output   glua.LValue
	limiter  *Limiter
	carriers carriers
	jobBody  *glua.LFunction
	readOnly bool // of SetReadOnly
}

const hostKey = "lsyncgo.lua53"

// A list grows up to its largest index in one step, at 16 bytes an element: nothing could interrupt gopher-lua's own
// limit of 67,108,864.
func init() { glua.MaxArrayIndex = 1 << 23 }

// NewState returns a Lua state with the standard libraries as Lua 5.3 scripts know them. Close ends it.
//
// Its chunks have to come from Compile or LoadFile: LState.Load, DoString and DoFile translate nothing.
func NewState() *glua.LState {
	L := glua.NewState(glua.Options{
		RegistryMaxSize:     1 << 20,
		RegistryGrowStep:    1 << 16, // the default of 32 makes growth quadratic
		CallStackSize:       maxCalls,
		MinimizeStackMemory: true,
		IncludeGoStackTrace: true,
	})
	h := &host{base: string(os.PathSeparator), exit: os.Exit, print: func(line string) { fmt.Println(line) }, limiter: &Limiter{L: L}}
	h.seed(rand.Uint64())
	ud := L.NewUserData()
	ud.Value = h
	L.G.Registry.RawSetString(hostKey, ud)
	install(L, h)
	return L
}

// Close ends the jobs and coroutines of a state, and the state.
func Close(L *glua.LState) {
	h := hostOf(L)
	h.carriers.close(h.limiter)
	h.limiter.Close()
	L.Close()
}

func (h *host) seed(seed uint64) { h.random = rand.New(rand.NewPCG(seed, 0)) }

func hostOf(L *glua.LState) *host {
	return L.G.Registry.RawGetString(hostKey).(*glua.LUserData).Value.(*host)
}

// SetBase names the directory, an absolute path, that relative names count from in dofile, loadfile, require,
// package.path and package.searchpath. require looks there first. Until then it is the root directory.
func SetBase(L *glua.LState, dir string) { hostOf(L).setBase(L, dir) }

// SetExit replaces what os.exit does. code is the exit code, 0 to 255. If exit returns, so does os.exit.
func SetExit(L *glua.LState, exit func(code int)) { hostOf(L).exit = exit }

// SetPrint replaces where print writes. line has its values joined by tabs and no newline at its end.
func SetPrint(L *glua.LState, write func(line string)) { hostOf(L).print = write }

func install(L *glua.LState, h *host) {
	globals := L.G.Global
	for name, fn := range baseFuncs {
		globals.RawSetString(name, L.NewFunction(fn))
	}
	fillFirst(L, globals, "next", "rawget", "rawset", "getmetatable", "setmetatable")
	globals.RawSetString("pairs", L.NewClosure(basePairs, globals.RawGetString("next")))
	globals.RawSetString("ipairs", L.NewClosure(baseIpairs, L.NewFunction(nextIndex)))
	for _, foreign := range []string{"_printregs", "channel"} { // gopher-lua's own; a channel may block for ever
		globals.RawSetString(foreign, glua.LNil)
	}
	loadedTable(L).RawSetString("channel", glua.LNil)
	for name, funcs := range map[string]map[string]glua.LGFunction{
		"bit32": bitFuncs, "coroutine": coroutineFuncs, "debug": debugFuncs, "math": mathFuncs, "os": osFuncs,
		"string": stringFuncs, "table": tableFuncs, "utf8": utf8Funcs,
	} {
		L.SetFuncs(L.RegisterModule(name, nil).(*glua.LTable), funcs)
	}
	fillFirst(L, globals.RawGetString("debug").(*glua.LTable), "getmetatable", "setmetatable")
	setConstants(L)
	openPackage(L)
	openIO(L, h)
	openCoroutines(L, h)
	openNumbers(L)
}

func setConstants(L *glua.LState) {
	mathLib := L.G.Global.RawGetString("math").(*glua.LTable)
	mathLib.RawSetString("huge", glua.LNumber(math.Inf(1))) // gopher-lua's is the largest finite number
	mathLib.RawSetString("maxinteger", glua.LNumber(maxInteger))
	mathLib.RawSetString("mininteger", glua.LNumber(math.MinInt64))
	L.G.Global.RawGetString("utf8").(*glua.LTable).RawSetString("charpattern", glua.LString(charPattern))
	osLib := L.G.Global.RawGetString("os").(*glua.LTable)
	osLib.RawSetString("setenv", glua.LNil) // not in any Lua
}

// openNumbers gives numbers the method that .. is compiled to. Any other index of a number remains an error.
func openNumbers(L *glua.LState) {
	methods := L.NewTable()
	methods.RawSetString(concatMethod, L.NewFunction(concat))
	guard := L.NewTable()
	guard.RawSetString("__index", L.NewFunction(func(L *glua.LState) int {
		L.RaiseError("attempt to index a number value (key '%s')", tostring(L, L.Get(2)))
		return 0
	}))
	methods.Metatable = guard
	mt := L.NewTable()
	mt.RawSetString("__index", methods)
	L.SetMetatable(glua.LNumber(0), mt)
}
