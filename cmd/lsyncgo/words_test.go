//go:build unix

package main

import (
	"strings"
	"testing"
)

// Whatever stands in a config or on the command line, what the program says is printable,
// and every line of it is its own or begins with a tab. §1.
func TestWordsArePrintable(t *testing.T) {
	const evil = "x\x1b]0;owned\a\n12:00:00 Normal: forged\u202e"
	s := newStage(t, `
		settings { nodaemon = true, logfile = "/no/such/`+literal(evil)+`/log" }
		sync { name = "`+literal(evil)+`", source = "@/src/`+literal(evil)+`", onCreate = "true" }`)
	for _, args := range [][]string{{"check", "c.lua"}, {"c.lua"}, {evil}, {"check", evil}, {"status", "-pidfile", evil}, {"-" + evil}, {"-log", evil},
		{"status", evil}, {"resume", evil, "-pidfile", "no"}, {"-" + evil + "=1"}, {"status", "-statusfile", evil, evil}} {
		code, out, errs := s.finish(args...)
		if code == 0 || errs == "" || strings.Contains(out+errs, "\x1b") || strings.Contains(out+errs, "\a") || strings.Contains(out+errs, "\u202e") ||
			strings.Contains(out+errs, "\n12:00:00") {
			t.Errorf("%q: %d, %q %q", args, code, out, errs)
		}
	}
	s.write("good.lua", `sync { name = "`+literal(evil)+`", source = "`+s.path("src")+`", onCreate = "true `+literal(evil)+`", filter = { "+ `+literal(evil)+`" } }`)
	code, out, errs := s.finish("check", "good.lua")
	if code != 0 || strings.ContainsAny(out+errs, "\x1b\a\u202e") || strings.Contains(out+errs, "\n12:00:00") {
		t.Errorf("check: %d, %q %q", code, out, errs)
	}
}

// literal writes s within a literal of Lua.
func literal(s string) string { return strings.NewReplacer("\n", `\n`, "\x1b", `\27`).Replace(s) }
