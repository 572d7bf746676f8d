package lua_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/lua/config"
	"lsyncgo/lua/problem"
)

// §2 source: symbolic links in it are resolved, for the sync as for its script.
func TestSourceThroughLinks(t *testing.T) {
	st := newStage(t)
	if err := os.Symlink("source", st.dir+"/link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(st.dir, st.dir+"/loop"); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{"link", "loop/loop/link//", st.dir + "/./link/../source"} {
		st.config(fmt.Sprintf(`local inlet = sync{ source = %q, onCreate = true } same(inlet.getConfig().source, source)`, given))
		if got := problems(t, st); got != "" {
			t.Fatalf("%s: %s", given, got)
		}
		if got := st.rt.Scripts.Syncs()[0].Source; got != st.source {
			t.Errorf("%s: %s, not %s", given, got, st.source)
		}
	}
}

// §2: one action is enough, whichever it is; Move as a whole goes only to a sync that asks for it.
func TestOneActionIsEnough(t *testing.T) {
	for _, key := range []string{"action", "onAttrib", "onCreate", "onModify", "onDelete", "onMove", "onFull"} {
		st := newStage(t).config(`sync{ source = source, ` + key + ` = function() end }`)
		if got := problems(t, st); got != "" {
			t.Fatalf("%s: %s", key, got)
		}
		if got := st.rt.Scripts.Syncs()[0].KeepMoves; got != (key == "onMove") {
			t.Errorf("%s: keeps moves: %v", key, got)
		}
	}
}

// §2: errors name file and line of the sync call, also when it spans lines or stands in a function.
func TestPlaceOfSync(t *testing.T) {
	for text, line := range map[string]string{
		"\n\nsync{\n  source = source,\n  onCreate = true,\n  typo = 1,\n}":                                     `3|7`,
		"local function mirror(s)\n  sync{ source = s, onCreate = true, typo = 1 }\nend\n\n\nmirror(source)":    `2`,
		"for i = 1, 1 do\n\n  local c = { source = source, onCreate = true, typo = 1 }\n\n  sync(c)\nend":       `5`,
		"-- a comment\n\n\nlocal i = sync{ source = source, onCreate = true, typo = 1 } i.addExclude('x')":      `4`,
		"local p = { typo = 1, onCreate = true }\n\nsync{ p, source = source }\n\nsync{ p, source = source }":   `3`,
		"pcall(function()\n\n sync{ source = '/no/such', onCreate = true, typo = 1 }\n end)\n error('later')\n": `3`,
	} {
		got := problems(t, newStage(t).config(text))
		if !regexp.MustCompile(`(?m)^config.lua:(` + line + `): sync "Sync1": unknown parameter "typo"`).MatchString(got) {
			t.Errorf("%s\ngot %s", text, got)
		}
	}
}

// §2, §3 inotifyMode: each value reaches every sync, wherever settings stand.
func TestInotifyMode(t *testing.T) {
	for value, want := range map[string]event.Mode{
		"":                        event.CloseWrite,
		"CloseWrite":              event.CloseWrite,
		"Modify":                  event.ModifyOnly,
		"CloseWrite or Modify":    event.CloseWriteOrModify,
		"CloseWrite after Modify": event.CloseWriteAfterModify,
	} {
		settings := fmt.Sprintf("\nsettings{ inotifyMode = %q }\n", value)
		if value == "" {
			settings = "\n"
		}
		st := newStage(t).config(idle + settings + idle)
		if got := problems(t, st); got != "" {
			t.Fatal(got)
		}
		for _, s := range st.rt.Scripts.Syncs() {
			if s.Mode != want {
				t.Errorf("%q: %s has mode %v", value, s.Name, s.Mode)
			}
		}
	}
}

// §2 settings{}: an array entry of any flag switches it on.
// §1: nodaemon = true.
func TestFlagsByName(t *testing.T) {
	st := newStage(t).config(`settings{ "insist", "onepass", "nodaemon", logfile = "/l" }` + idle)
	st.options.NoDaemon = false
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	if s := st.rt.Settings(); !s.Insist || !s.OnePass || !s.NoDaemon || s.LogFile != "/l" {
		t.Errorf("%+v", s)
	}
}

// §1 -script: files that run before the config, in their order; they may declare syncs, and need no config beside them.
// §2: without a config, relative names count from the first script.
func TestScriptsRunFirst(t *testing.T) {
	st := newStage(t)
	first := st.file("first.lua", `#!/usr/bin/lua
order = "first"`)
	st.file("helper.lua", `helped = true`)
	second := st.file("second.lua", `order = order .. " second"; require "helper"; dofile "helper.lua"
function mirror(name) return sync{ name = name, source = source, onCreate = true } end
mirror "early"`)
	st.options.Scripts = append(st.options.Scripts, first, second)
	if got := problems(t, st.config(`same(order, "first second") mirror "late"`)); got != "" {
		t.Fatal(got)
	}
	if s := st.rt.Scripts.Syncs(); len(s) != 2 || s[0].Name != "early" || s[1].Name != "late" {
		t.Errorf("syncs: %+v", s)
	}
	st.options.Config = ""
	st.options.Syncs = []config.CommandLineSync{{Preset: "direct", Args: []string{st.source, "/t"}}}
	if err := st.load(); err != nil || len(st.rt.Scripts.Syncs()) != 2 {
		t.Errorf("without a config: %v", err)
	}

	st.file("second.lua", "\nerror('in the script')")
	if got := problems(t, st); got != "second.lua:2: in the script" {
		t.Errorf("got %q", got)
	}
	st.options.Scripts = []string{"nosuch.lua"}
	var ps problem.Problems
	if err := st.load(); !errors.As(err, &ps) || !regexp.MustCompile(`^nosuch.lua: cannot be read: `).MatchString(ps.Error()) {
		t.Errorf("got %v", err)
	}
}
