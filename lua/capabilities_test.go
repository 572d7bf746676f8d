package lua_test

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"lsyncgo/defaults"
	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
)

// copied is the text of a preset as a user copies it into a config.
func copied(t *testing.T, name string) string {
	t.Helper()
	for _, f := range defaults.Files() {
		if f.Name == name {
			return string(f.Source) + "\n"
		}
	}
	t.Fatalf("no preset %s", name)
	return ""
}

// undeclared is such a text from a time without declarations.
func undeclared(t *testing.T, name string) string {
	t.Helper()
	return regexp.MustCompile(`(?m)^\w+\.capabilities = .*\n`).ReplaceAllString(copied(t, name), "")
}

// §9: a sync has the protections of a preset however the preset came into it, and gets directories whole only if its action is known to
// take them.
func TestCapabilities(t *testing.T) {
	stubs(t)
	const (
		sync    = `sync{ default.rsync, source = source, target = target } `
		wrapped = `action = function(inlet) return default.rsync.action(inlet) end`
	)
	type wanted struct{ mirrors, trees, links, live, start bool }
	whole, entries := wanted{true, true, false, true, true}, wanted{true, false, true, true, true}
	plain := wanted{live: true}
	for _, c := range []struct {
		name, config string
		want         wanted
	}{
		{"preset", sync, whole},
		{"preset with hard links", `sync{ default.rsync, source = source, target = target, rsync = { hard_links = true } }`, wanted{true, true, true, true, true}},
		{"direct", `sync{ default.direct, source = source, target = target }`, wanted{true, true, true, true, true}},
		{"rsyncssh", `sync{ default.rsyncssh, source = source, host = "h", targetdir = "/t" }`, whole},
		{"wrapped action", `sync{ default.rsync, source = source, target = target, ` + wrapped + ` }`, entries},
		{"wrapped in a table between", `local mine = { default.rsync, ` + wrapped + ` } sync{ mine, source = source, target = target }`, entries},
		{"wrapped in place", `local old = default.rsync.action default.rsync.action = function(inlet) return old(inlet) end ` + sync, entries},
		{"wrapped and declared", `local mine = { default.rsync, ` + wrapped + `, capabilities = { trees = true } } sync{ mine, source = source, target = target }`, whole},
		{"declared elsewhere", `local mine = { default.rsync, capabilities = { trees = true } } sync{ mine, source = source, target = target, ` + wrapped + ` }`, entries},
		{"wrapped prepare", `sync{ default.rsync, source = source, target = target,
			prepare = function(config, level) return default.rsync.prepare(config, level) end }`, whole},
		{"wrapped init", `sync{ default.rsync, source = source, target = target, init = function(event) return default.rsync.init(event) end }`, whole},
		{"its functions alone", `sync{ action = default.rsync.action, init = default.rsync.init, prepare = function() end,
			delete = true, source = source, target = target }`, whole},
		{"copied", copied(t, "rsync.lua") + sync, whole},
		{"copied direct", copied(t, "direct.lua") + `sync{ default.direct, source = source, target = target }`, wanted{true, true, true, true, true}},
		{"copied rsyncssh", copied(t, "rsyncssh.lua") + `sync{ default.rsyncssh, source = source, host = "h", targetdir = "/t" }`, whole},
		{"copied long ago", undeclared(t, "rsync.lua") + sync, entries},
		{"direct copied long ago", undeclared(t, "direct.lua") + `sync{ default.direct, source = source, target = target }`, entries},
		{"copied from elsewhere", `local mine = { delete = true, prepare = function() end, init = function() end, action = function() end }
			sync{ mine, source = source, target = target }`, entries},
		{"deletes at the start only", `sync{ default.rsync, source = source, target = target, delete = "startup" }`, wanted{true, true, false, false, true}},
		{"declares to delete at the start only", `sync{ delete = true, prepare = false, action = function() end, source = source, target = target,
			capabilities = { target = "local", deletes = "startup" } }`, wanted{true, false, false, false, true}},
		{"declares to delete nothing", `sync{ delete = true, prepare = false, action = function() end, source = source, target = target,
			capabilities = { target = "local", deletes = "never" } }`, wanted{mirrors: true}},
		{"declares to be no mirror", `sync{ delete = true, prepare = false, action = function() end, source = source, target = target,
			capabilities = { target = false } }`, wanted{live: true, start: true}},
		{"functions", `sync{ source = source, target = target, onDelete = function() end }`, plain},
		{"an action", `sync{ source = source, target = target, action = function() end }`, plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStage(t).config(c.config)
			if err := st.load(); err != nil {
				t.Fatal(err)
			}
			cfg := st.rt.Scripts.Syncs()[0]
			if got := (wanted{cfg.Mirrors, cfg.TakesTrees, cfg.HardLinks, cfg.DeletesLive, cfg.DeletesAtStart}); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// §9: what cannot be meant is said with its line.
func TestCapabilityProblems(t *testing.T) {
	stubs(t)
	for given, want := range map[string]string{
		`{ target = "here" }`:  `capabilities.target must be "local", "rsync", "ssh" or false, not "here"`,
		`{ deletes = true }`:   `capabilities.deletes must be "live", "startup", "never" or false, not true`,
		`{ trees = "yes" }`:    `capabilities.trees must be true or false, not "yes"`,
		`{ hardLinks = 1 }`:    "capabilities.hardLinks must be true or false, not 1",
		`{ hardlinks = true }`: `unknown parameter "capabilities.hardlinks" (did you mean "hardLinks"?`,
		`true`:                 "capabilities must be a table",
		`{ true }`:             "capabilities holds true without a key",
	} {
		st := newStage(t).config(`sync{ source = source, action = function() end, capabilities = ` + given + ` }`)
		if got := problems(t, st); !strings.Contains(got, "config.lua:1: ") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", given, got)
		}
	}
}

// §9: targets that a mirror must not have are refused, whatever the preset came from.
func TestCapabilitiesOverlap(t *testing.T) {
	stubs(t)
	for name, text := range map[string]string{
		"wrapped": `sync{ default.rsync, action = function(inlet) return default.rsync.action(inlet) end, `,
		"copied":  copied(t, "rsync.lua") + `sync{ default.rsync, `,
		"direct":  copied(t, "direct.lua") + `sync{ default.direct, `,
		"before":  undeclared(t, "rsync.lua") + `sync{ default.rsync, `,
	} {
		for target, want := range map[string]string{
			`source`:               "is the source",
			`source .. ".."`:       "holds the source",
			`source .. "into/it/"`: "is in the source",
		} {
			st := newStage(t).config(text + `source = source, target = ` + target + ` }`)
			if got := problems(t, st); !strings.Contains(got, want) {
				t.Errorf("%s, target %s: %q, want %q", name, target, got, want)
			}
		}
	}
}

// §9: an action that mirrors into another directory than the target of its sync writes there, and not into the target.
func TestMirrorElsewhere(t *testing.T) {
	st := start(t, `sync{ default.direct, source = source, target = target, init = false, delay = 0, unsafe = true,
		action = function(inlet) transfer.apply(inlet.getEvents(), { target = "elsewhere/" }) end }`)
	st.file("source/a", "a")
	st.event(event.Create, "a")
	st.advance(0)
	if code := st.work().(*process.Job).Run(t.Context(), io.Discard); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(st.dir + "/elsewhere/a"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(st.target + "a"); err == nil {
		t.Error("it was written into the target")
	}
}

// §9: the configs in docs/presets.md load.
func TestPresetsDocument(t *testing.T) {
	stubs(t)
	text, err := os.ReadFile("../docs/presets.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```lua\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 3 {
		t.Errorf("%d configs", len(blocks))
	}
	for _, b := range blocks {
		st := newStage(t)
		st.config(strings.ReplaceAll(b[1], `"/srv/www/"`, "source"))
		if got := problems(t, st); got != "" {
			t.Errorf("%s\n%s", b[1], got)
		}
	}
}
