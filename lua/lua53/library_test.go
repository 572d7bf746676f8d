package lua53

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// newState returns a state that is closed with the test.
func newState(t *testing.T) *glua.LState {
	t.Helper()
	L := NewState()
	t.Cleanup(func() { Close(L) })
	return L
}

// eval runs src and returns what it prints, without the last newline.
func eval(t *testing.T, src string) string {
	t.Helper()
	out, err := run(t, newState(t), "test.lua", src)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(out, "\n")
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct {
		src, msg, near string
		line           int
	}{
		{"x = 1\ny = 7 // 2", "integer division // is not available: use math.floor(a / b)", "", 2},
		{"x = 1 & 2", "bit operator & is not available: use bit32.band(a, b)", "", 1},
		{"x = 1 | 2", "bit operator | is not available: use bit32.bor(a, b)", "", 1},
		{"x = ~2", "bit operator ~ is not available: use bit32.bxor(a, b) or bit32.bnot(a)", "", 1},
		{"\n\nx = 1 << 2", "bit operator << is not available: use bit32.lshift(a, n)", "", 3},
		{"x = 1 >> 2", "bit operator >> is not available: use bit32.rshift(a, n)", "", 1},
		{"--[[\n\n]] local _ENV = {}", "_ENV is not available: use getfenv and setfenv, or the last argument of load", "", 3},
		{"local a, b <const> = 1, 2", "attribute <const> is Lua 5.4: leave it out", "", 1},
		{"local f <close> = g()", "attribute <close> is Lua 5.4: leave it out and close the value where it is no longer needed", "", 1},
		{"x = [[\n\n", "unfinished long string (starting at line 1)", "<eof>", 3},
		{"x = 'a\\\nb\nc'", "unfinished string", "'a\\\nb", 2},
		{"x = '\\xg'", `hexadecimal digits expected after \x`, `'\xg`, 1},
		{"x = '\\u{110000}'", "UTF-8 value too large", `'\u{110000`, 1},
		{"x = '\\300'", "decimal escape too large", `'\300'`, 1},
		{"x = 3x", "malformed number", "3x", 1},
		{"x = 1..2", "malformed number", "1..2", 1},
		{"x = @", "unexpected symbol", "@", 1},
		{"x = \x01", "unexpected symbol", `<\1>`, 1},
		{"f(", "')' expected", "<eof>", 1},
		{"if a then\n\nx = }", "'end' expected (to close 'if' at line 1)", "}", 3},
		{"function f()\nwhile x do\nend\n", "'end' expected (to close 'function' at line 1)", "<eof>", 4},
		{"repeat\nend", "'until' expected (to close 'repeat' at line 1)", "end", 2},
		{"x = 1\nend", "nothing is open that it could close", "end", 2},
		{"x = = 1\nfunction f(", "syntax error", "=", 1},
		{"break", "break outside a loop", "", 1},
		{"\ngoto nowhere", "no visible label 'nowhere' for <goto> at line 2", "", 2},
		{"goto x\nlocal a\n::x:: f()", "goto 'x' jumps into the scope of a local", "", 1},
		{"::a::\n::a::", "label 'a' already defined", "", 2},
		{strings.Repeat("(", 300), "chunk has too many levels of nesting (limit 200)", "(", 1},
	} {
		_, err := Compile("conf.lua", []byte(c.src))
		var fault *SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		if want := (SyntaxError{"conf.lua", c.line, c.msg, c.near}); *fault != want {
			t.Errorf("%q:\n got  %+v\n want %+v", c.src, *fault, want)
		}
	}
}

func TestLinesAreKept(t *testing.T) {
	for _, c := range []struct {
		src  string
		line int
	}{
		{"#!/usr/bin/lua\nerror('x')", 2},
		{"\xef\xbb\xbf#!/x\r\n\r\nerror('x')", 3},
		{"-- a\r-- b\rerror('x')", 3},
		{"\n\r\n\rerror('x')", 3},
		{"--[==[\n\n]==] error('x')", 3},
		{"local s = [[\n\n\n]]\nerror('x')", 5},
		{"local s = 'a\\\nb\\z\n\n  c'\nerror('x')", 5},
		{"for i = 1, 3 do\n break local x\nend\nerror('x')", 4},
		{"goto done\n::done::\nerror('x')", 3},
		{"local f = function()\n error('x')\nend\nf()", 2},
		{"local function f() return f2 end\nf2 = 1\nlocal t = nil\nlocal x = 'a' .. t", 4},
	} {
		_, err := run(t, newState(t), "conf.lua", c.src)
		if place, _, _, _ := Describe(err); place != fmt.Sprintf("conf.lua:%d", c.line) {
			t.Errorf("%q: %v is at %q, want line %d", c.src, err, place, c.line)
		}
	}
}

func TestDescribe(t *testing.T) {
	L := newState(t)
	L.SetGlobal("gopanic", L.NewFunction(func(*glua.LState) int { panic("broken") }))
	for _, c := range []struct {
		src, place, msg string
		internal        bool
	}{
		{"error('plain', 0)", "", "plain", false},
		{"error('boom')", "c.lua:1", "boom", false},
		{"local t; return t.x", "c.lua:1", "attempt to index a nil value (key 'x')", false},
		{"nosuch()", "c.lua:1", "attempt to call a value that is not a function (nil, if the name is misspelt)", false},
		{"return nil + 1", "c.lua:1", "attempt to perform arithmetic (add) on nil and number", false},
		{"return 'a' .. {}", "c.lua:1", "attempt to concatenate a table value", false},
		{"error{message = 'from a table'}", "", "from a table", false},
		{"error({})", "", "(error object is a table value)", false},
		{"string.rep()", "c.lua:1", "bad argument #1 to 'rep' (string expected, got no value)", false},
		{"x = = 2", "c.lua:1", "syntax error near '='", false},
		{"load('error(1 ..\"x\")', '=a b:c')()", "a b:c:1", "1x", false},
		{"gopanic()", "c.lua:1", "broken", true},
		{"local function f() return 1 + f() end\nf()", "c.lua:1", stackOverflow, false},
	} {
		_, err := run(t, L, "c.lua", c.src)
		place, msg, traceback, goStack := Describe(err)
		if internal := goStack != ""; place != c.place || msg != c.msg || internal != c.internal {
			t.Errorf("%s:\n got  %q %q %v\n want %q %q %v", c.src, place, msg, internal, c.place, c.msg, c.internal)
		}
		var fault *SyntaxError
		if !errors.As(err, &fault) && !strings.Contains(traceback, "stack traceback:") {
			t.Errorf("%s: no traceback: %q", c.src, traceback)
		}
	}
	if _, msg, _, _ := Describe(&glua.ApiError{Object: glua.LString("lua callstack overflow")}); msg != stackOverflow {
		t.Errorf("an overflow within a coroutine is %q", msg)
	}
	if place, msg, traceback, goStack := Describe(nil); place != "" || msg != "" || traceback != "" || goStack != "" {
		t.Error("no error has a description")
	}
}

// An error of a deep stack, and one behind many tail calls, is described by the ends of its stack.
func TestDescribeDeepStacks(t *testing.T) {
	L := newState(t)
	for src, place := range map[string]string{
		"local function f(n)\n if n == 0 then error('deep') end\n return 1 + f(n - 1)\nend\nf(15000)": "c.lua:2",
		"local function f(n)\n if n == 0 then error('deep') end\n return f(n - 1)\nend\nf(1e6)":       "c.lua:2",
	} {
		_, err := run(t, L, "c.lua", src)
		at, msg, traceback, goStack := Describe(err)
		if at != place || goStack != "" || msg != "deep" {
			t.Errorf("%s\n is %q at %s, %s", src, msg, at, goStack)
		}
		if lines := strings.Count(traceback, "\n"); lines > 30 || !strings.Contains(traceback, "in main chunk") {
			t.Errorf("%s\n has a traceback of %d lines: %.2000s", src, lines, traceback)
		}
	}
	got := eval(t, "local function f(n) if n == 0 then return debug.traceback() end return (f(n - 1)) end print(f(15000))")
	if lines := strings.Count(got, "\n"); lines > 30 || !strings.Contains(got, "\n\t...\n") || !strings.Contains(got, "in main chunk") {
		t.Errorf("debug.traceback has %d lines: %.2000s", lines, got)
	}
}

func TestHooks(t *testing.T) {
	L := newState(t)
	code := -1
	SetExit(L, func(c int) { code = c })
	for src, want := range map[string]int{"os.exit()": 0, "os.exit(true)": 0, "os.exit(false)": 1, "os.exit(7)": 7, "os.exit(256+9)": 9} {
		code = -1
		if _, err := run(t, L, "x", src); err != nil || code != want {
			t.Errorf("%s: exit code %d, want %d (%v)", src, code, want, err)
		}
	}
	if got := eval(t, "print(1, nil, 'x', setmetatable({}, {__tostring = function() return 'T' end}), 0.1 + 0.2)"); got != "1\tnil\tx\tT\t0.3" {
		t.Errorf("print gave %q", got)
	}
	if got := eval(t, "coroutine.wrap(function() print('inside') end)()"); got != "inside" {
		t.Errorf("print in a coroutine gave %q", got)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBase(t *testing.T) {
	for _, name := range []string{"plain", "with space", "semi;colon", "question?mark", "$(id)", "-dash", "new\nline", "\xff\xfe"} {
		base := filepath.Join(t.TempDir(), name)
		writeFile(t, base+"/one.lua", "#!/x\nreturn {name = ..., file = select(2, ...)}")
		writeFile(t, base+"/two/init.lua", "return 'two'")
		writeFile(t, base+"/a/b.lua", "return 'a.b'")
		writeFile(t, base+"/plain.lua", "return 'loaded', 2")
		writeFile(t, base+"/bad.lua", "\nx = 1 // 2")
		L := newState(t)
		SetBase(L, "/nowhere")
		SetBase(L, base)
		out, err := run(t, L, "x", `
			local one = require 'one'
			print(one.name, one == require 'one', require 'two', require 'a.b')
			print(dofile 'plain.lua')
			print(loadfile('plain.lua')())
			print((select(2, loadfile('bad.lua')):match('.*(bad%.lua:.*)')))
			print((select(2, pcall(require, 'bad')):match('.*(bad%.lua:.*)')))
			print(pcall(require, 'no.such'))
			print(package.path:find('nowhere'))`)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		got := strings.Split(out, "\n")
		if got[0] != "one\ttrue\ttwo\ta.b" || got[1] != "loaded\t2" || got[2] != "loaded\t2" {
			t.Errorf("%q: %q", name, got)
		}
		for _, line := range got[3:5] {
			if line != "bad.lua:2: integer division // is not available: use math.floor(a / b)" {
				t.Errorf("%q: %q", name, line)
			}
		}
		if !strings.HasPrefix(got[5], "false\tx:8: module 'no.such' not found:") || got[len(got)-2] != "nil" || !strings.Contains(out, "modules written in C cannot be loaded") {
			t.Errorf("%q: %q", name, got[5:])
		}
	}
}

// §2: nothing is loaded from the directory that the program was started in; relative names count from the base.
func TestRelativeNames(t *testing.T) {
	base, started := t.TempDir(), t.TempDir()
	for _, name := range []string{"evil", "sub/evil", "evil/init"} {
		writeFile(t, started+"/"+name+".lua", "planted = true")
	}
	writeFile(t, started+"/plain", "planted = true")
	writeFile(t, base+"/lib/good.lua", "return 'good'")
	writeFile(t, base+"/lib/dotted/part.lua", "return 'part'")
	writeFile(t, filepath.Dir(base)+"/beside.lua", "return 'beside'")
	t.Chdir(started)
	for _, path := range []string{"", "?.lua", "./?.lua;;", ";;", "lib/?.lua;;", ";?;./?/init.lua;lib/../lib/?.lua;"} {
		t.Setenv("LUA_PATH", path)
		for _, dir := range []string{"", base} {
			L := newState(t)
			if dir != "" {
				SetBase(L, dir)
			}
			out, err := run(t, L, "x", `
				for _, more in ipairs{ '', ';./?.lua;?;?/init.lua;;sub/?.lua' } do
					package.path = package.path .. more
					for _, name in ipairs{ 'evil', 'plain', 'sub.evil', 'sub/evil', './evil', 'sub/../evil' } do
						assert(not pcall(require, name), name)
						assert(not package.searchpath(name, './?.lua;?.lua;;?'), name)
						assert(not pcall(dofile, name .. '.lua') and not loadfile(name .. '.lua') and not loadfile(name), name)
					end
				end
				print(planted, package.path:find('./?', 1, true) == 1)`)
			if err != nil || !strings.HasPrefix(out, "nil\t") {
				t.Errorf("LUA_PATH %q, base %q: %q, %v", path, dir, out, err)
			}
		}
	}
	t.Setenv("LUA_PATH", "")
	L := newState(t)
	SetBase(L, base)
	out, err := run(t, L, "x", `
		package.path = package.path .. ';lib/?.lua;../?.lua'
		print(require 'good', require 'dotted.part', require 'beside', dofile 'lib/good.lua', loadfile('./lib/good.lua')())
		print(package.searchpath('good', './lib/?.lua'), select(2, loadfile 'nosuch.lua'))`)
	want := "good\tpart\tbeside\tgood\tgood\n" + base + "/lib/good.lua\tcannot open " + base + "/nosuch.lua: No such file or directory\n"
	if err != nil || out != want {
		t.Errorf("got %q, %v; want %q", out, err, want)
	}
}

func TestInterrupt(t *testing.T) {
	for _, src := range []string{
		"while true do end",
		"while true do pcall(function() while true do end end) end",
		"string.find(('a'):rep(1e6), '.-.-.-.-b')",
		"string.gsub(('a'):rep(3000), '(.-)(.-)(.-)b', 'x')",
		"for _ in string.gmatch(('a'):rep(3000), '(.-)(.-)(.-)b') do end",
		"local t = {} for i = 1, 1e5 do t[i] = 'x' end while true do table.concat(t) end",
		"local t = {} for i = 1, 1e5 do t[i] = i * 7919 % 10007 end while true do table.sort(t) end",
		"table.concat(setmetatable({}, {__index = function() return 'x' end}), '', 1, 1e12)",
		"table.move(setmetatable({}, {__index = function() return 'x' end}), 1, 1e12, 2, {})",
		"os.execute('exec sleep 1000')",
		"io.popen('exec sleep 1000'):read('a')",
		"for l in io.popen('exec sleep 1000'):lines() do end",
		"io.popen('exec sleep 1000 >/dev/null'):close()",
		"io.popen('exec sleep 1000', 'w'):write(('x'):rep(1e6))",
		"load(function() return ' ' end)",
	} {
		t.Run(src, func(t *testing.T) {
			L := newState(t)
			ctx, cancel := context.WithCancel(t.Context())
			L.SetContext(ctx)
			L.SetGlobal("cancel", L.NewFunction(func(*glua.LState) int { cancel(); return 0 }))
			time.AfterFunc(50*time.Millisecond, cancel)
			_, err := run(t, L, "x", src)
			if err == nil || !strings.Contains(err.Error(), "context canceled") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestConcatOfManyElements(t *testing.T) {
	L := newState(t)
	paths := make([]string, 100_000)
	list := L.NewTable()
	for i := range paths {
		paths[i] = fmt.Sprintf("/srv/data/p%d", i)
		list.Append(glua.LString(paths[i]))
	}
	L.SetGlobal("list", list)
	out, err := run(t, L, "x", `print(table.concat(list, '\0'))`)
	if err != nil {
		t.Fatal(err)
	}
	if out != strings.Join(paths, "\x00")+"\n" {
		t.Error("the elements came out wrong")
	}
}

func TestUnpackOfManyElements(t *testing.T) {
	got := eval(t, `
		local t = {} for i = 1, 200000 do t[i] = i end
		local function sum(...) local last = select(select('#', ...), ...) return select('#', ...), last end
		print(sum(table.unpack(t)))
		print(pcall(table.unpack, {}, 1, 1e7))
		print(#table.pack(table.unpack(t)), #string.char(table.unpack(t, 1, 255)), math.max(table.unpack(t)))`)
	want := "200000\t200000\n" +
		"false\ttest.lua:5: too many results to unpack (limit 500000): go through the table with a loop\n" +
		"200000\t255\t200000"
	if got != want {
		t.Errorf("got %q", got)
	}
}

func TestSortWithInvalidOrder(t *testing.T) {
	got := eval(t, `
		local t = {} for i = 1, 1000 do t[i] = i * 7919 % 1009 end
		table.sort(t, function(a, b) return true end)
		table.sort(t, function(a, b) return (a * b) % 3 == 1 end)
		print(#t, pcall(table.sort, t, function(a, b) error('no') end))
		table.sort(t) for i = 2, #t do assert(t[i - 1] <= t[i]) end`)
	if got != "1000\tfalse\ttest.lua:5: no" {
		t.Errorf("got %q", got)
	}
}

func TestNumbersAsText(t *testing.T) {
	for src, want := range map[string]string{
		"10/2": "5", "2^53": "9007199254740992", "1e15": "1000000000000000", "2^62": "4611686018427387904",
		"2^63": "9.2233720368548e+18", "-2^63": "-9223372036854775808", "1e100": "1e+100", "0.1": "0.1", "1/3": "0.33333333333333",
		"0.1+0.2": "0.3", "100 * 1.1": "110", "1/0": "inf", "-1/0": "-inf", "-0.0": "0", "123456789012": "123456789012",
		"1e-5": "1e-05", "3.14159265358979": "3.1415926535898", "math.maxinteger": "9223372036854774784", "os.time{year=2021,month=6,day=1} % 1": "0",
	} {
		got := eval(t, fmt.Sprintf("local n = %s print(n, n .. '', '' .. n, table.concat{n}, string.format('%%s', n), (('x'):gsub('x', n)))", src))
		if got != strings.Join([]string{want, want, want, want, want, want}, "\t") {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}

func TestBit32(t *testing.T) {
	for src, want := range map[string]string{
		"band(12, 10), bit32.band(), bit32.band(-1, 255)": "8\t4294967295\t255", "bor(12, 10, 1), bit32.bor()": "15\t0",
		"bxor(12, 10)": "6", "bnot(0)": "4294967295", "btest(4, 2), bit32.btest(6, 2)": "false\ttrue",
		"lshift(1, 31), bit32.lshift(1, 32), bit32.lshift(8, -2)":          "2147483648\t0\t2",
		"rshift(256, 4), bit32.rshift(-1, 31), bit32.rshift(1, -4)":        "16\t1\t16",
		"arshift(-8, 1), bit32.arshift(8, 1), bit32.arshift(-1, 40)":       "4294967292\t4\t4294967295",
		"lrotate(0x80000001, 1), bit32.rrotate(1, 1), bit32.lrotate(1,-1)": "3\t2147483648\t2147483648",
		"extract(0xABCD, 4, 8), bit32.extract(8, 3)":                       "188\t1", "replace(0, 0xF, 4, 4)": "240",
	} {
		if got := eval(t, "print(bit32."+src+")"); got != want {
			t.Errorf("%s: got %q, want %q", src, got, want)
		}
	}
	for _, src := range []string{"extract(1, 32)", "extract(1, 0, 33)", "extract(1, -1)", "extract(1, 1, 0)", "band('x')", "band(1/0)"} {
		if got := eval(t, "print((pcall(function() return bit32."+src+" end)))"); got != "false" {
			t.Errorf("%s raised no error", src)
		}
	}
}

// TestDaylightSaving uses a zone whose rules change in spring and autumn.
func TestDaylightSaving(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	local := time.Local
	time.Local = zone
	defer func() { time.Local = local }()
	got := eval(t, `
		print(os.date('%H %Z %z', 1625140800), os.date('*t', 1625140800).isdst, os.date('*t', 1612137600).isdst)
		print(os.time{year=2021, month=7, day=1, hour=14}, os.time{year=2021, month=7, day=1, hour=14, isdst=false})
		print(os.time{year=2021, month=2, day=1, hour=1}, os.time{year=2021, month=2, day=1, hour=1, isdst=true})`)
	want := "14 CEST +0200\ttrue\tfalse\n1625140800\t1625144400\n1612137600\t1612134000"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestFilesWithOddNames(t *testing.T) {
	for _, name := range []string{"new\nline", "quo\"te's", "sp ace", "$(id)", "*?[]\\", "-dash", "\xff\xfe", strings.Repeat("n", 255)} {
		L := newState(t)
		L.SetGlobal("path", glua.LString(filepath.Join(t.TempDir(), name)))
		out, err := run(t, L, "x", `
			local f = assert(io.open(path, 'w')) assert(f:write('content\n')) assert(f:close())
			for l in io.lines(path) do print(l) end
			print(os.rename(path, path:sub(1, -2) .. '~'), (os.remove(path)), os.remove(path:sub(1, -2) .. '~'))`)
		if err != nil || out != "content\ntrue\tnil\ttrue\n" {
			t.Errorf("%q: %q, %v", name, out, err)
		}
	}
}

func TestForgottenPopenLeavesNoZombie(t *testing.T) {
	L := newState(t)
	if _, err := run(t, L, "x", "p = io.popen('exit 0')"); err != nil {
		t.Fatal(err)
	}
	<-isFile(L.GetGlobal("p")).child.done // goleak notices a goroutine that stays
}

func TestGoroutinesOfContexts(t *testing.T) {
	L := newState(t)
	ctx, cancel := context.WithCancel(t.Context())
	L.SetContext(ctx)
	out, err := run(t, L, "x", "local p = io.popen('echo one; echo two') print(p:read('l', 'l')) print(p:close())")
	cancel()
	if err != nil || out != "one\ttwo\ntrue\texit\t0\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestForeignGlobalsAreGone(t *testing.T) {
	if got := eval(t, "print(channel, _printregs, os.setenv, package.loaded.channel)"); got != "nil\tnil\tnil\tnil" {
		t.Errorf("got %q", got)
	}
}

func BenchmarkConcat(b *testing.B) {
	for _, c := range []struct{ name, src string }{
		{"two", "local a, b = 'abc', 'def' for i = 1, 1000 do local s = a .. b end"},
		{"five", "local a, b = 'abc', 12 for i = 1, 1000 do local s = a .. '/' .. b .. '/' .. a end"},
	} {
		b.Run(c.name, func(b *testing.B) {
			L := NewState()
			defer Close(L)
			proto, err := Compile("x", []byte(c.src))
			if err != nil {
				b.Fatal(err)
			}
			fn := L.NewFunctionFromProto(proto)
			for b.Loop() {
				L.Push(fn)
				L.Call(0, 0)
			}
		})
		b.Run(c.name+"/instruction", func(b *testing.B) {
			L := NewState()
			defer Close(L)
			fn, err := L.LoadString(c.src)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				L.Push(fn)
				L.Call(0, 0)
			}
		})
	}
}

func BenchmarkPattern(b *testing.B) {
	L := NewState()
	defer Close(L)
	proto, err := Compile("x", []byte("for i = 1, 1000 do local d, f = ('/srv/data/file.txt'):match('^(.*)/([^/]+)$') end"))
	if err != nil {
		b.Fatal(err)
	}
	fn := L.NewFunctionFromProto(proto)
	for b.Loop() {
		L.Push(fn)
		L.Call(0, 0)
	}
}

func BenchmarkTableConcat(b *testing.B) {
	L := NewState()
	defer Close(L)
	proto, err := Compile("x", []byte("t = {} for i = 1, 1e5 do t[i] = '/srv/data/p' .. i end return function() return #table.concat(t, '\\0') end"))
	if err != nil {
		b.Fatal(err)
	}
	L.Push(L.NewFunctionFromProto(proto))
	L.Call(0, 1)
	fn := L.Get(-1)
	for b.Loop() {
		L.Push(fn)
		L.Call(0, 0)
	}
}
