package lua_test

import (
	"testing"
)

const digested = `
local function send(event) spawn(event, "tool", event.path, suffix, limit) end
sync{ default.rsync, source = source, target = "/t", exclude = { "a", "b" }, rsync = { archive = true, bwlimit = 5 } }
sync{ source = source, onCreate = send, delay = 3, exitcodes = { [0] = "ok", [1] = "again", [7] = "die" } }
sync{ default.rsyncssh, source = source, host = "h", targetdir = "/t", ssh = { port = 22, options = { A = "1", B = "2" } } }
`

// digests loads a config and returns how its syncs are identified.
func digests(t testing.TB, st *stage, text string) (list []string) {
	t.Helper()
	if err := st.config(text).load(); err != nil {
		t.Fatal(err)
	}
	for _, s := range st.rt.Scripts.Syncs() {
		list = append(list, s.Digest)
	}
	return list
}

// §1 HUP: only changed syncs restart, so the same definition has to have the same digest, and no other one.
func TestDigest(t *testing.T) {
	stubs(t)
	st := newStage(t)
	first := digests(t, st, "suffix, limit = 'x', 5\n"+digested)
	for i := range 20 {
		for j, d := range digests(t, st, "suffix, limit = 'x', 5\n"+digested) {
			if d != first[j] {
				t.Fatalf("load %d: sync %d is another one", i, j)
			}
		}
	}
	for j, d := range digests(t, st, "\n\n-- moved\nsuffix, limit = 'x', 5\n\n"+digested) {
		if d != first[j] {
			t.Errorf("sync %d is another one for its lines have moved", j)
		}
	}
	seen := map[string]bool{}
	for _, d := range first {
		if seen[d] {
			t.Error("different syncs have the same digest")
		}
		seen[d] = true
	}
}

// §1: HUP: what makes a sync another one.
func TestDigestChanges(t *testing.T) {
	stubs(t)
	const base = `local up = 1
local function inner() return 1 end
`
	plain := `sync{ name = "s", source = source, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "y" }, delay = 3 }`
	st := newStage(t)
	first := digests(t, st, base+plain)[0]
	for name, text := range map[string]string{
		"a constant":      base + `sync{ name = "s", source = source, onCreate = function(event) inner() spawn(event, "b", up) end, exclude = { "x", "y" }, delay = 3 }`,
		"code":            base + `sync{ name = "s", source = source, onCreate = function(event) spawn(event, "a", up) inner() end, exclude = { "x", "y" }, delay = 3 }`,
		"a handler":       base + `sync{ name = "s", source = source, onModify = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "y" }, delay = 3 }`,
		"an upvalue":      "local up = 2\nlocal function inner() return 1 end\n" + plain,
		"a called one":    "local up = 1\nlocal function inner() return 2 end\n" + plain,
		"an exclude":      base + `sync{ name = "s", source = source, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "z" }, delay = 3 }`,
		"their order":     base + `sync{ name = "s", source = source, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "y", "x" }, delay = 3 }`,
		"the delay":       base + `sync{ name = "s", source = source, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "y" }, delay = 4 }`,
		"the name":        base + `sync{ name = "t", source = source, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "y" }, delay = 3 }`,
		"the source":      base + `sync{ name = "s", source = target, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "y" }, delay = 3 }`,
		"settings":        "settings{ maxDelays = 5 }\n" + base + plain,
		"a pollInterval":  "settings{ pollInterval = 5 }\n" + base + plain,
		"the inotifyMode": "settings{ inotifyMode = 'Modify' }\n" + base + plain,
		"a type":          base + `sync{ name = "s", source = source, onCreate = function(event) inner() spawn(event, "a", up) end, exclude = { "x", "y" }, delay = 3, init = false }`,
	} {
		if digests(t, st, text)[0] == first {
			t.Errorf("%s: the same digest", name)
		}
	}
	for name, text := range map[string]string{
		"other settings": "settings{ statusInterval = 5 }\n" + base + plain,
		"other syncs":    base + plain + "\nsync{ source = source, onCreate = true }",
		"key order":      base + `sync{ delay = 3, exclude = { "x", "y" }, onCreate = function(event) inner() spawn(event, "a", up) end, source = source, name = "s" }`,
	} {
		if digests(t, st, text)[0] != first {
			t.Errorf("%s: another digest", name)
		}
	}
}

// §1 HUP: a global that a function of the sync reads is part of its definition, others are not.
func TestDigestOfGlobals(t *testing.T) {
	st := newStage(t)
	const reads = `
local function inner() return host .. table.concat(list) .. tostring(later) end
sync{ source = source, onCreate = function(event) helper(function() return inner() end) unset = unset end }`
	const base = "other, host, list = 1, 'a', { 'x' }\nfunction helper(f) return 1 end"
	first := digests(t, st, base+reads)[0]
	for name, text := range map[string]string{
		"a string":           "other, host, list = 1, 'b', { 'x' }\nfunction helper(f) return 1 end" + reads,
		"its type":           "other, host, list = 1, 7, { 'x' }\nfunction helper(f) return 1 end" + reads,
		"a list":             "other, host, list = 1, 'a', { 'y' }\nfunction helper(f) return 1 end" + reads,
		"a function":         "other, host, list = 1, 'a', { 'x' }\nfunction helper(f) return 2 end" + reads,
		"one not set before": base + "\nunset = true" + reads,
		"set afterwards":     base + reads + "\nlater = 2",
		"a built-in":         base + "\ntable = { concat = string.format }" + reads,
	} {
		if digests(t, st, text)[0] == first {
			t.Errorf("%s: the same digest", name)
		}
	}
	for name, text := range map[string]string{
		"nothing":      "-- a comment\n" + base + reads,
		"another":      "other, host, list = 2, 'a', { 'x' }\nfunction helper(f) return 1 end" + reads,
		"a library":    base + "\nstring.trim = function(s) return s end" + reads,
		"another sync": base + reads + "\nsync{ source = source, onCreate = function() return other end }",
	} {
		if digests(t, st, text)[0] != first {
			t.Errorf("%s: another digest", name)
		}
	}
}

// What a file of rules holds is part of the definition.
// §1: HUP.
func TestDigestOfRuleFiles(t *testing.T) {
	st := newStage(t)
	const text = `sync{ source = source, onCreate = true, excludeFrom = "excludes" }`
	st.file("excludes", "a\n")
	first := digests(t, st, text)[0]
	st.file("excludes", "# comment\na\n")
	if digests(t, st, text)[0] != first {
		t.Error("a comment made it another one")
	}
	st.file("excludes", "b\n")
	if digests(t, st, text)[0] == first {
		t.Error("another pattern did not")
	}
}

// Each parameter of a preset counts, with its type.
func TestDigestOfPreset(t *testing.T) {
	stubs(t)
	st := newStage(t)
	seen := map[string]string{}
	for _, text := range []string{
		`sync{ default.rsync, source = source, target = "/t" }`,
		`sync{ default.rsync, source = source, target = "/u" }`,
		`sync{ default.rsync, source = source, target = "/t", delete = false }`,
		`sync{ default.rsync, source = source, target = "/t", rsync = { archive = true } }`,
		`sync{ default.rsync, source = source, target = "/t", rsync = { bwlimit = 1 } }`,
		`sync{ default.rsync, source = source, target = "/t", rsync = { bwlimit = "1" } }`,
		`sync{ default.rsync, source = source, target = "/t", rsync = { _extra = { "-a", "-b" } } }`,
		`sync{ default.rsync, source = source, target = "/t", rsync = { _extra = { "-ab" } } }`,
		`sync{ default.rsyncssh, source = source, host = "h", targetdir = "/t" }`,
		`sync{ default.rsyncssh, source = source, host = "h", targetdir = "/t", ssh = { port = 23 } }`,
		`sync{ default.direct, source = source, target = "/t" }`,
	} {
		d := digests(t, st, text)[0]
		if other, ok := seen[d]; ok {
			t.Errorf("%s\nand %s\nhave the same digest", text, other)
		}
		seen[d] = text
	}
}
