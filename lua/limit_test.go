//go:build unix

package lua_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/lua/migrate"
)

// action is a config whose handler runs body within small limits.
func action(body string) string {
	return "settings{ scriptTimeout = 0.2, scriptMemory = \"64M\" }\nsync{ source = source, onCreate = function(event)\n" + body +
		"\nend, onModify = function(event) ok('works') end }"
}

// §2: what functions of our own do with what scripts give them ends, too, with an error that names the place; the
// callbacks after it work.
func TestCallbackLimits(t *testing.T) {
	for body, want := range map[string]string{
		"while true do pcall(function() while true do end end) end":                                                                     "ran longer than scriptTimeout = 0.2 seconds",
		"coroutine.wrap(function() while true do end end)()":                                                                            "ran longer than scriptTimeout",
		"local t = {} while true do t[#t + 1] = ('x'):rep(1e5) end":                                                                     "more memory than scriptMemory = 64M|ran longer",
		"pcall(string.rep, 'x', 1e9) ok('escaped')":                                                                                     "more memory than scriptMemory = 64M",
		"local t = {} t.t = t substitudeCommands(t, {})":                                                                                "a table is within itself",
		"local t = { 'x' } for i = 1, 40 do t = { t, t } end substitudeCommands(t, {})":                                                 "ran longer|more memory",
		"substitudeCommands(('^x'):rep(1e6), { x = ('y'):rep(1e6) })":                                                                   "more memory|ran longer",
		"local t = { 'x' } for i = 1, 40 do t = { t, t } end spawn(event, 'tool', t)":                                                   "ran longer|more memory",
		"local t = { { 'x' } } for i = 1, 40 do t = { t, t } end lsyncd.inherit({}, t)":                                                 "ran longer|more memory",
		"local t = {} t.checkgauge = t error(table.concat(lsyncd.check(t)):sub(-40))":                                                   "is a table within itself",
		"lsyncd.splitQuotedString(('x '):rep(5e6))":                                                                                     "more memory|ran longer",
		"lsyncd.dump(('\\0'):rep(3e7))":                                                                                                 "more memory|ran longer",
		"local l = inlet.getEvents() while true do l.getPaths(function() return 1 end) end":                                             "ran longer|undefined global",
		"local x = setmetatable({}, {}) getmetatable(x).__tostring = function() return lsyncd.dump(x) end lsyncd.dump(x) error('fine')": "fine",
		"local t = {} for i = 1, 1000 do t[i] = t end for i = 1, 3 do lsyncd.dump(t) end error('fine')":                                 "fine|ran longer",
		"os.execute('sleep 1000')":                                                                                                      "ran longer",
		"local function f() return 1 + f() end f()":                                                                                     "stack overflow|ran longer",
	} {
		st := start(t, action(body))
		st.event(event.Create, "x")
		line := st.logged("Error")[0]
		found := false
		for w := range strings.SplitSeq(want, "|") {
			found = found || strings.Contains(line, w)
		}
		if !found || !strings.Contains(line, "config.lua:") || strings.ContainsAny(line, "\n") || strings.Contains(line, "goroutine") {
			t.Errorf("%s\n ended with %s\n wanted %s", body, line, want)
		}
		st.log.lines = nil
		st.event(event.Modify, "y")
		st.claim("Ok", "works")
	}
}

// A line of the log has an end, and so has what it shows of tables within tables.
func TestLogIsBounded(t *testing.T) {
	st := start(t, action(`log("Ok", ("x"):rep(1e6))`))
	st.event(event.Create, "x")
	if text := st.logged("Ok")[0]; len(text) > 70_000 || !strings.HasSuffix(text, "x ... (cut)") {
		t.Errorf("%d bytes", len(text))
	}
}

// §2: a config that does not come to an end, or waits for a FIFO, is an error with its place.
func TestLoadLimit(t *testing.T) {
	for text, want := range map[string]string{
		"\nwhile true do end": "config.lua:2: the config was not loaded within 0.1 seconds",
		"\npcall(function() while true do end end)\nprint('escaped')":          "config.lua:2: the config was not loaded within",
		"\nio.open('FIFO'):read()":                                             "config.lua:2: the config was not loaded within",
		"\ndofile('FIFO')":                                                     "config.lua:2: the config was not loaded within",
		"\nos.execute('sleep 1000')":                                           "config.lua:2: the config was not loaded within",
		"\nsync{ source = source, onCreate = true, excludeFrom = 'FIFO' }":     "config.lua:2: the config was not loaded within",
		"\nsync{ source = source, onCreate = true, filterFrom = '/dev/zero' }": "filterFrom: ",
		"\nlocal x = ('x'):rep(1e9) .. ('x'):rep(1e9)":                         "config.lua:2: the script needed more memory than scriptMemory = 1G",
	} {
		st := newStage(t)
		fifo := st.dir + "/fifo"
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		st.options.LoadTimeout = 100 * time.Millisecond
		if strings.Contains(want, "filterFrom") || strings.Contains(want, "memory") {
			st.options.LoadTimeout = time.Minute
		}
		err := st.config(strings.ReplaceAll(text, "FIFO", fifo)).load()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n %v\n wanted %s", text, err, want)
		}
		release(t, fifo)
	}
}

// release lets go of who waits to open the FIFO.
func release(t *testing.T, fifo string) {
	fd, err := syscall.Open(fifo, syscall.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
}

// While a config is loaded it may read from a FIFO that somebody writes to later.
func TestLoadFromFIFO(t *testing.T) {
	st := newStage(t)
	fifo := st.dir + "/fifo"
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	st.config("os.execute('{ echo \"/tmp\"; } > " + fifo + " &') same(io.open('" + fifo + "'):read(), '/tmp')\n" + idle)
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
}

// §2: settings{ scriptMemory }.
func TestScriptMemory(t *testing.T) {
	for given, want := range map[string]int64{"1048576": 1 << 20, "'1M'": 1 << 20, "'2048k'": 2 << 20, "'3G'": 3 << 30} {
		st := newStage(t).config("settings{ scriptMemory = " + given + " } " + idle)
		if err := st.load(); err != nil || st.rt.Settings().ScriptMemory != want {
			t.Errorf("%s: %v", given, err)
		}
	}
	for _, given := range []string{"0", "-1", "'x'", "'1T'", "'1.5G'", "''", "true", "1e300", "0/0", "'1K'"} {
		st := newStage(t).config("settings{ scriptMemory = " + given + " } " + idle)
		if err := st.load(); err == nil || !strings.Contains(err.Error(), `scriptMemory must be a size of at least 1M`) {
			t.Errorf("%s: %v", given, err)
		}
	}
}

// A config that has become a FIFO or a device since it was loaded is not waited for, and not read without end.
func TestNotesOfWhatCannotBeReadAgain(t *testing.T) {
	for _, become := range []func(path string) error{
		func(path string) error { return syscall.Mkfifo(path, 0o600) },
		func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		st := newStage(t).config("sync { source = source, onDelete = 'a' }")
		if err := st.load(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(st.options.Config), become(st.options.Config)); err != nil {
			t.Fatal(err)
		}
		if list := migrate.Notes(st.rt, nil); len(list) != 1 || list[0].Locations[0].Line != 1 {
			t.Errorf("%v", list)
		}
	}
}

// A secret file that is a FIFO is not opened: nobody may ever write to it.
func TestSecretFIFO(t *testing.T) {
	stubs(t)
	st := newStage(t)
	fifo := st.dir + "/key"
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	st.config("sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { identityFile = '" + fifo + "' } }")
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
}
