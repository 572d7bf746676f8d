package config

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/defaults"
	"lsyncgo/lua/lua53"
)

// Presets are compiled without translation, which gives the same code.
func TestPresetsNeedNoTranslation(t *testing.T) {
	for _, file := range defaults.Files() {
		plain, err := lua53.CompilePlain(file.Name, file.Source)
		if err != nil {
			t.Fatal(err)
		}
		if translated, err := lua53.Compile(file.Name, file.Source); err != nil || !reflect.DeepEqual(plain, translated) {
			t.Errorf("%s means something else when it is not translated: %v", file.Name, err)
		}
	}
}

// loadText loads a config of a text; source is an existing directory there.
func loadText(t *testing.T, text string) *Config {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.lua")
	if err := os.WriteFile(path, []byte("source = '"+dir+"'\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Load(Options{Config: path, Dir: dir, NoDaemon: true})
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	t.Cleanup(func() { r.Scripts.Close() })
	return r
}

// A preset is run when a config first asks for it, and no other.
func TestPresetsRunWhenAskedFor(t *testing.T) {
	const plain = "sync{ source = source, onCreate = function() end }\n"
	for text, want := range map[string]int{
		plain: 3,
		"sync{ default.rsync, source = source, target = '/t' }":                                  2,
		"sync{ default.direct, source = source, target = '/t' }":                                 1,
		plain + "local all = {} for k in pairs(default) do all[k] = true end assert(all.direct)": 0,
		plain + "assert(default.maxProcesses == 1 and default.nonsense == nil)":                  3,
	} {
		r := loadText(t, text)
		if len(r.presets.left) != want {
			t.Errorf("%d files have not been run, not %d, of\n%s", len(r.presets.left), want, text)
		}
		for _, file := range defaults.Files() {
			for _, name := range file.Adds {
				if r.Scripts.L.GetField(r.presets.table, name).Type() != glua.LTTable {
					t.Errorf("%s does not add %s", file.Name, name)
				}
			}
		}
	}
}

// Scripts cannot tell that presets come later, however they look, and whatever they did before.
func TestPresetsAreThere(t *testing.T) {
	for _, text := range []string{
		"local found = 0 for k, v in pairs(default) do if type(v) == 'table' and type(v.prepare) == 'function' then found = found + 1 end end assert(found == 3)",
		"local found = 0 local k, v = next(default) while k do found = found + (k == 'direct' and v.action and 1 or 0) k, v = next(default, k) end assert(found == 1)",
		"assert(next == pairs{})",
		"assert(rawget(default, 'direct').delay == 1)",
		"rawset(default, 'x', 1) assert(rawget(default, 'direct'))",
		"default.direct = 5 assert(default.direct == 5 and default.rsync) assert(default.rsyncssh and default.direct == 5)",
		"default.rsync.delay = 3 assert(default.rsync.delay == 3) sync{ default.direct, source = source, target = '/t' }",
		"default.mine = 5 assert(default.mine == 5) assert(rawget(default, 'mine') == 5)",
		"setmetatable(default, { __index = function() return 7 end }) assert(default.direct.delay == 1 and default.nothing == 7)",
		"setmetatable(default, nil) assert(default.direct.delay == 1)",
		"debug.setmetatable(default, nil) assert(default.direct.delay == 1)",
		"getmetatable(default).__index = nil assert(default.direct.delay == 1)",
		"debug.getmetatable(default).__index = nil assert(default.direct.delay == 1)",
		"local d = default default = nil assert(d.direct.delay == 1)",
		"local d = default default = { } assert(d.direct.delay == 1 and not default.direct)",
		"transfer, pairs, log, spawn = 1, 2, 3, 4 assert(default.direct.init and transfer == 1 and pairs == 2)",
		"assert(coroutine.wrap(function() return default.direct.delay end)() == 1)",
		"assert(pcall(function() return default.rsyncssh.init end))",
		"local wrapped = default.rsync.action default.rsync.action = function(inlet) return wrapped(inlet) end assert(default.direct[1] == default.rsync)",
		"for _, name in ipairs{ 'di' .. 'rect', 'rsync' } do assert(_G['def' .. 'ault'][name].capabilities) end",
	} {
		loadText(t, "sync{ source = source, onCreate = function() end }\n"+text)
	}
}

// A preset that a function of the config first asks for when the config has long been loaded is run then.
func TestPresetsRunLate(t *testing.T) {
	r := loadText(t, "sync{ source = source, onCreate = function() end } function late() return default.direct.delay end")
	L := r.Scripts.L
	if err := r.Scripts.Call("", L.GetGlobal("late"), 1); err != nil || L.Get(-1) != glua.LNumber(1) {
		t.Errorf("%v: %v", L.Get(-1), err)
	}
}
