//go:build unix

package lua53

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What ends a bomb: one of the limits, which no pcall may catch, or an error of the function itself, in words. On a busy
// machine the time may be over before anything else is reached, so that it is right for all.
const (
	late   = "time"
	memory = "memory"
)

// huge is a table that says it is larger than any memory, and has something everywhere.
const huge = "local huge = setmetatable({}, { __len = function() return 1e15 end, __index = function() return 'x' end, __newindex = function() end })\n"

// bombs are scripts that would loop, recurse, allocate or wait without end.
var bombs = []struct{ src, want string }{
	// Loops.
	{"while true do end", late},
	{"repeat until false", late},
	{"::a:: goto a", late},
	{"for i = 1, math.huge do end", late},
	{"for i = 2, 1, 0 do end", late},
	{"local function f() return f() end f()", late},
	{"while true do pcall(error, 'x') end", late},
	{"while true do pcall(function() while true do end end) end", late},
	{"xpcall(function() while true do end end, function() while true do end end)", late},
	{"xpcall(error, function(m) while true do end end)", late},
	{"local function f() while true do end end while true do coroutine.resume(coroutine.create(f)) end", late},
	{"while true do coroutine.wrap(function() coroutine.yield() end)() end", memory},
	{"local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end", late},
	{"for _ in function() return 1 end do end", late},
	{"for _ in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end", late},
	{huge + "for _ in ipairs(huge) do end", late},
	{"while true do pcall(string.rep) end", late},
	{"while true do collectgarbage() end", late},
	{"local s = ('x'):rep(1e6) while true do s:find('y') end", late},
	{"string.gsub(('x'):rep(1e7), '.', function() while true do end end)", late},
	{"string.gsub(('x'):rep(3e7), '.', pcall)", memory},
	{"table.sort({ 1, 2, 3 }, function() while true do end end)", late},
	{"load(function() return ' ' end)", memory},
	{"load(function() while true do end end)", late},
	{"tostring(setmetatable({}, { __tostring = function() while true do end end }))", late},
	{"local t = {} for i = 1, 3e5 do t[i] = i % 1000 end while true do table.sort(t, function(a, b) return a < b end) end", late},
	{"local n = 0 while true do n = n + #tostring(n) end", late},
	{"return setmetatable({}, { __index = function() while true do end end }).x", late},
	{"return setmetatable({}, { __add = function() while true do end end }) + 1", late},
	{"return setmetatable({}, { __concat = function() while true do end end }) .. 1", late},
	{"return -setmetatable({}, { __unm = function() while true do end end })", late},
	{"setmetatable({}, { __newindex = function() while true do end end }).x = 1", late},
	{"setmetatable({}, { __call = function() while true do end end })()", late},
	{"local m = { __eq = function() while true do end end } return setmetatable({}, m) == setmetatable({}, m)", late},
	{"local m = { __lt = function() while true do end end } return setmetatable({}, m) < setmetatable({}, m)", late},
	// Patterns.
	{"string.find(('a'):rep(1e5), '.-.-.-.-.-b')", memory + " or pattern too complex"},
	{"string.match(('a'):rep(1e5), ('a-'):rep(50) .. 'b')", memory + " or pattern too complex"},
	{"string.gsub(('a'):rep(1e5), '(.-)(.-)(.-)b', 'x')", memory + " or pattern too complex"},
	{"for _ in string.gmatch(('a'):rep(1e5), '(.-)(.-)(.-)b') do end", memory + " or pattern too complex"},
	{"string.find(('('):rep(3e5), '%b()%b()')", memory + " or pattern too complex"},
	{"string.find(('('):rep(3e5), ('('):rep(3e5))", "too many captures"},
	{"string.find('a', ('a?'):rep(1e6) .. ('b'):rep(1e6))", "pattern too complex"},
	{"string.find('x', '[' .. ('a'):rep(1e7))", "malformed pattern"},
	// Memory.
	{"local s = 'x' while true do s = s .. s end", memory},
	{"local s = ('x'):rep(1e6) while true do s = s .. 'x' .. s end", memory},
	{"local t = {} while true do t[#t + 1] = {} end", memory},
	{"local t = {} for i = 1, 1e9 do t['k' .. i] = i end", memory},
	{"local t = {} for i = 1, 1e9 do t = { t } end", memory},
	{"local t = {} for i = 1, 100 do t[i] = {} t[i][8e6] = 1 end", memory},
	{"local t = {} for i = 1, 1e9 do t[i] = coroutine.wrap(function() coroutine.yield() end) t[i]() end", memory},
	{"local f = function() end for i = 1, 1e9 do local g = f f = function() return g() end end", memory},
	{"string.rep('x', 1e9)", memory},
	{"string.rep('x', 1e18)", "too large"},
	{"string.rep('', 1e9, 'sep')", "too large"},
	{"string.rep('x', 1e8, 'y')", memory},
	{"local s = ('x'):rep(4e7) string.upper(s) string.reverse(s) string.lower(s) return s:reverse() .. s", memory},
	{"string.gsub(('x'):rep(1e6), '.', ('y'):rep(1e6))", memory},
	{"string.gsub(('x'):rep(1e7), '', '%0' .. ('z'):rep(100))", memory},
	{"string.gsub(('x'):rep(1e6), '.', function() return ('y'):rep(1e5) end)", memory},
	{"string.gsub(('x'):rep(1e6), '.', { x = ('y'):rep(1e6) })", memory},
	{"string.format(('%s'):rep(200), table.unpack({ ('x'):rep(1e6) }, 1, 1), ('x'):rep(1e6))", "no value"},
	{"local t = {} for i = 1, 200 do t[i] = ('x'):rep(1e6) end string.format(('%s'):rep(200), table.unpack(t))", memory},
	{"string.format(('%q'):rep(50), table.unpack((function() local s, t = ('\\0'):rep(1e6), {} for i = 1, 50 do t[i] = s end return t end)()))", memory},
	{"string.format('%99999d', 1)", "width or precision too long"},
	{"string.format('%s' .. ('%%'):rep(4e7), 1)", memory},
	{"local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1e5) end return table.concat(t)", memory},
	{"table.concat({ 'x', 'y' }, ('z'):rep(4e7)) table.concat({ 'x', 'y', 'z' }, ('z'):rep(4e7))", memory},
	{huge + "table.concat(huge)", memory},
	{huge + "table.concat(huge, 'x', 1, math.maxinteger)", memory},
	{huge + "table.sort(huge)", "array too big"},
	{"table.sort(setmetatable({}, { __len = function() return 5e6 end, __index = function() return 1 end }))", memory},
	{"table.sort(setmetatable({}, { __len = function() return -1e15 end })) error('fine')", "fine"},
	{huge + "table.insert(huge, 1, 'x')", late},
	{huge + "table.remove(huge, 1)", late},
	{huge + "table.move(huge, 1, 1e15, 2)", late},
	{huge + "table.move(huge, 1, 1e15, 1, {})", memory},
	{huge + "table.unpack(huge)", "too many results"},
	{"table.unpack({}, 1, 1e8)", "too many results"},
	{"table.unpack({}, math.mininteger, math.maxinteger)", "too many results"},
	{"local t = {} for i = 1, 1000 do t[i] = table.pack(table.unpack({}, 1, 4e5)) end", memory},
	{"string.byte(('x'):rep(1e7), 1, -1)", "too long"},
	{"utf8.codepoint(('x'):rep(1e7), 1, -1)", "too long"},
	{"local t = {} for i = 1, 4e5 do t[i] = 200 end local s = {} while true do s[#s + 1] = string.char(table.unpack(t)) .. utf8.char(table.unpack(t)) end", memory},
	{"os.date(('%c'):rep(4e6))", memory},
	{"os.date('%c', 1e300)", "integer representation"},
	{"os.date('%Y', 2^62)", "cannot be represented"},
	{"os.time{ year = 1e15, month = 1, day = 1 }", "out-of-bound"},
	{"print(('x'):rep(4e7), ('x'):rep(4e7))", memory},
	{"local s = ('x'):rep(4e7) io.write(s, s, s)", memory},
	{"collectgarbage('count', 1) local t = {} while true do t[#t + 1] = load('return ' .. #t) end", memory},
	{"assert(load(('       '):rep(4e6)))", "longer than"},
	// Recursion of Go functions.
	{"local function f() return 1 + f() end f()", "overflow"},
	{"local function f() local ok, e = pcall(f) if not ok then error(e, 0) end end f()", "C stack overflow"},
	{"local function f() return xpcall(f, function(m) return m end) end local ok, e repeat ok, e = f() until true error('fine')", "fine"},
	{"local function f(m) return xpcall(error, f, m) end f() error('fine')", "fine"},
	{"local function f() table.sort({ 1, 2, 3 }, f) end f()", "C stack overflow"},
	{"local function f() return (string.gsub('a', 'a', f)) end f()", "C stack overflow"},
	{"local t = setmetatable({}, {}) getmetatable(t).__tostring = function() return tostring(t) end tostring(t)", "C stack overflow"},
	{"local t = setmetatable({}, {}) getmetatable(t).__tostring = function() return string.format('%s', t) end print(t)", "C stack overflow"},
	{"local t = setmetatable({}, {}) getmetatable(t).__concat = function(a, b) return a .. b end return t .. t", "C stack overflow"},
	{"local t = setmetatable({}, {}) getmetatable(t).__pairs = function() return pairs(t) end pairs(t)", "C stack overflow"},
	{"local function f() load(f)() end f()", "C stack overflow"},
	{"local s = 'load(s)()' function rec() load('rec()')() end rec()", "overflow"},
	{"package.preload.a = function() require('a') end require('a')", "C stack overflow"},
	{"local function f() return coroutine.wrap(f)() end f()", "C stack overflow"},
	{"local function f() local ok, e = coroutine.resume(coroutine.create(f)) if not ok then error(e, 0) end end f()", "C stack overflow"},
	{"local function deep(n) if n > 0 then return 1 + deep(n - 1) end return coroutine.wrap(function() return deep(9000) end)() end deep(9000)", "overflow"},
	{"return setmetatable({}, { __index = function(t, k) return t[k] end }).x", "overflow"},
	{"local m = {} m.__eq = function(a, b) return a == b end return setmetatable({}, m) == setmetatable({}, m)", "overflow"},
	{"local m = {} m.__lt = function(a, b) return a < b end return setmetatable({}, m) < setmetatable({}, m)", "overflow"},
	{"local m = {} m.__add = function(a, b) return (a + b) end return setmetatable({}, m) + 1", "overflow"},
	{"local m = {} m.__len = function(a) return (#a) end return #setmetatable({}, m)", "overflow"},
	{"local m = {} m.__newindex = function(t, k, v) t[k] = v end setmetatable({}, m).x = 1", "overflow"},
	{"local m = {} m.__call = function(f) return (f()) end return setmetatable({}, m)()", "overflow"},
	{"local t = {} for i = 1, 200 do t = setmetatable({}, { __index = t }) end return t.x", "too many recursions"},
	{"local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x", "too many recursions"},
	{"for _ in (function() local function f() for _ in f do end end return f end)() do end", "overflow"},
	{"local t = setmetatable({}, { __index = function(t, k) return table.concat(t, '', k, k) end }) table.concat(t, '', 1, 1)", "overflow"},
	// The compiler.
	{"assert(load('x = 1' .. ('+1'):rep(2e5)))", "expression is too long"},
	{"assert(load('x = a' .. ('..a'):rep(2e5)))", "expression is too long"},
	{"assert(load('x = a' .. (' and a or a'):rep(2e5)))", "expression is too long"},
	{"assert(load('x = ' .. ('-'):rep(1e5):gsub('-', '- ') .. '1'))", "expression is too long"},
	{"assert(load('x = ' .. ('not '):rep(2e5) .. '1'))", "expression is too long"},
	{"assert(load('x = a' .. ('^a'):rep(2e5)))", "expression is too long"},
	{"assert(load('x = a' .. ('.a'):rep(2e5)))", "expression is too long"},
	{"assert(load('x = a' .. ('[1]'):rep(2e5)))", "expression is too long"},
	{"assert(load('a' .. ('()'):rep(2e5)))", "expression is too long"},
	{"assert(load('a' .. ('\"\"'):rep(2e5)))", "expression is too long"},
	{"assert(load('a' .. ('{}'):rep(2e5)))", "expression is too long"},
	{"assert(load('a' .. (':b()'):rep(2e5)))", "expression is too long"},
	{"assert(load('if a then ' .. ('elseif a then '):rep(1e5) .. 'end'))", "expression is too long"},
	{"assert(load('x = ' .. ('('):rep(1e5)))", "too many levels"},
	{"assert(load('x = ' .. ('{'):rep(1e5)))", "too many levels"},
	{"assert(load('x = ' .. ('function() return '):rep(1e5)))", "too many levels"},
	{"assert(load(('do '):rep(1e5)))", "too many levels"},
	{"local c = ('+a'):rep(3900) local s = 'x = a' for i = 1, 150 do s = s .. c .. '+(a' end assert(load(s .. (')'):rep(150)))", "expression is too long"},
	{"local t = {} for i = 1, 1e5 do t[i] = '\"k' .. i .. '\"' end assert(load('x = {' .. table.concat(t, ',') .. '}'))", memory},
	// Waiting.
	{"os.execute('sleep 1000')", late},
	{"os.execute('sleep 1000 | sleep 1000')", late},
	{"io.popen('sleep 1000'):read('a')", late},
	{"io.popen('sleep 1000'):close()", late},
	{"for l in io.popen('yes | cat'):lines() do end", late},
	{"io.popen('yes'):read('a')", memory},
	{"io.popen('sleep 1000', 'w'):write(('x'):rep(1e7))", late},
	{"assert(io.open('FIFO', 'w'))", "No such device"},
	{"assert(io.open('FIFO'):read())", "assertion failed"},
	{"io.lines('FIFO')", "not a regular file"},
	{"dofile('FIFO')", "not a regular file"},
	{"assert(loadfile('FIFO'))", "not a regular file"},
	{"package.path = 'DIR/?.lua' require('fifo')", "not a regular file"},
	{"io.input('FIFO') assert(io.read())", "assertion failed"},
	{"io.open('FIFO', 'r+'):read()", late},
	{"local f = io.open('FIFO', 'r+') while true do f:write(('x'):rep(1000)) end", late},
	{"io.open('/dev/zero'):read('a')", memory},
	{"io.open('/dev/zero'):read('l')", memory},
	{"io.open('/dev/zero'):read(1e15)", memory},
	{"io.open('/dev/zero'):read('n') while true do io.open('/dev/zero'):read(1e5) end", memory},
	{"io.lines('/dev/zero')()", "not a regular file"},
	{"dofile('/dev/zero')", "not a regular file"},
	{"dofile('SPARSE')", "longer than"},
	{"io.open('SPARSE'):read('a')", memory},
	{"for l in io.lines('SPARSE') do end", memory},
}

// §2: nothing that a script does takes more than its limits, or takes the process with it; the state works afterwards.
func TestBombs(t *testing.T) {
	dir := t.TempDir()
	fifo, sparse := filepath.Join(dir, "fifo.lua"), filepath.Join(dir, "sparse")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	writeFile(t, sparse, "")
	if err := os.Truncate(sparse, 1<<40); err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer("FIFO", fifo, "SPARSE", sparse, "DIR", dir)
	L := newState(t)
	SetPrint(L, func(string) {})
	limiter := LimiterOf(L)
	defer limiter.Close()
	call := func(src string) (err error, cause error) {
		proto, err := Compile("bomb", []byte(src))
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		limiter.Enter()
		defer limiter.Leave()
		L.Push(L.NewFunctionFromProto(proto))
		err = ProtectedCall(L, 0, 0, nil)
		return err, limiter.Cause()
	}
	for _, b := range bombs {
		src := names.Replace(b.src)
		watchdog := time.AfterFunc(time.Minute, func() { panic("holds the process: " + src) })
		limits := Limits{Time: 200 * time.Millisecond, Memory: 64 << 20}
		if b.want == late {
			limits.Time = 40 * time.Millisecond // twice as long as nothing watches a call
		}
		limiter.Set(limits)
		err, cause := call("escaped = nil local ok, e = pcall(function() " + src + "\nend) escaped = ok and 'done' or type(e) == 'string' and e or '' if not ok then error(e, 0) end")
		watchdog.Stop()
		if got := ending(err, cause); !matches(got, b.want) {
			t.Errorf("%s\n ended with %q, wanted %q", src, got, b.want)
		}
		// An error of its own that pcall returned just before the limit is none of the limit's.
		if text := L.GetGlobal("escaped").String(); cause != nil && (strings.Contains(text, cause.Error()) || strings.Contains(text, context.Canceled.Error()) || text == "done" && !matches("", b.want)) {
			t.Errorf("%s\n went on after its limit: %s", src, text)
		}
		for tries := 0; ; tries++ {
			err, cause := call("local s = 0 for i = 1, 100 do s = s + #tostring(i) end assert(s == 192)")
			if err == nil {
				break
			}
			if !errors.Is(cause, ErrTime) || tries == 50 { // a busy machine may let it wait that long, but not each time
				t.Fatalf("%s\n has broken the state: %v, %v", src, err, cause)
			}
		}
	}
}

// ending is how a script ended, in words.
func ending(err, cause error) string {
	switch {
	case errors.Is(cause, ErrTime):
		return late
	case errors.Is(cause, ErrMemory):
		return memory
	case err == nil:
		return ""
	}
	_, msg, _, goStack := Describe(err)
	if goStack != "" {
		return fmt.Sprintf("a fault of this program: %s\n%s", msg, goStack)
	}
	return msg
}

func matches(got, want string) bool {
	for w := range strings.SplitSeq(want, " or ") {
		if got == w || got == late || w != late && w != memory && w != "" && strings.Contains(got, w) {
			return true
		}
	}
	return false
}
