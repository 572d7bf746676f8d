package lua53

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Reasons why a snippet gives something else than in Lua 5.3.
const (
	oneNumberType   = "no subtype integer: integral numbers print without .0 or exponent"
	ofLua51         = "of Lua 5.1, kept for old configs"
	refused         = "refused with a remedy"
	goCollector     = "the Go collector knows neither __gc nor weak tables"
	noVariableName  = "gopher-lua does not know the variable's name"
	noDebugger      = "debugging aids without use here"
	yieldsAnywhere  = "a coroutine yields from within any function"
	noBinaryFormats = "Go has no use for binary formats"
	exactTo53       = "floats are exact to 2^53"
	otherWords      = "other words"
)

// knownDifferences are the snippets that differ, with what they give here.
var knownDifferences = map[string]struct{ here, reason string }{
	"unpack global":     {"true | function", ofLua51},
	"loadstring":        {"true | function", ofLua51},
	"setfenv":           {"true | function", ofLua51},
	"_ENV":              {"SYNTAX s:1: _ENV is not available: use getfenv and setfenv, or the last argument of load", refused},
	"integer div":       {"SYNTAX s:1: integer division // is not available: use math.floor(a / b)", refused},
	"bit ops":           {"SYNTAX s:1: bit operator & is not available: use bit32.band(a, b)", refused},
	"hex float":         {"true | 16", oneNumberType},
	"10/2":              {"true | 5", oneNumberType},
	"2^53":              {"true | 9007199254740992", oneNumberType},
	"1e15":              {"true | 1000000000000000", oneNumberType},
	"str arith":         {"true | 15", oneNumberType},
	"concat float":      {"true | 1.5|1099511627776", oneNumberType},
	"__gc":              {"true | 0", goCollector},
	"newproxy":          {"true | function", ofLua51},
	"weak table":        {"true | false", goCollector},
	"string.gfind":      {"true | function", ofLua51},
	"string.pack":       {"true | nil", noBinaryFormats},
	"table.maxn":        {"true | function", ofLua51},
	"math.mod":          {"true | function", ofLua51},
	"math.log base":     {"true | 3", oneNumberType},
	"math.maxinteger":   {"true | 9223372036854774784", exactTo53},
	"big int add":       {"true | 9007199254740992", exactTo53},
	"os.rename fail":    {"true | nil | /nonexist: No such file or directory | 2", otherWords},
	"os.difftime":       {"true | 5", oneNumberType},
	"index nil msg":     {"true | false | s:1: attempt to index a non-table object(nil) with key 'b'", noVariableName},
	"index field msg":   {"true | false | s:1: attempt to index a non-table object(nil) with key 'c'", noVariableName},
	"call nil msg":      {"true | false | s:1: attempt to call a non-function object", noVariableName},
	"call global nil":   {"true | false | s:1: attempt to call a non-function object", noVariableName},
	"arith nil msg":     {"true | false | s:1: cannot perform add operation between nil and number", noVariableName},
	"concat nil msg":    {"true | false | s:1: attempt to concatenate a nil value", noVariableName},
	"getinfo >lines":    {"true | nil", noDebugger},
	"debug.sethook":     {"true | nil", noDebugger},
	"debug.getregistry": {"true | nil", noDebugger},
	"debug.upvalueid":   {"true | nil", noDebugger},
	"yield in sort":     {"true | true", yieldsAnywhere},
	"package.loaders":   {"true | table | table | function | table", ofLua51},
	"module":            {"true | function", ofLua51},
	"arg in vararg":     {"true | 2", ofLua51},
	"float for":         {"true | 1,1.5,2,", oneNumberType},
	"numerals":          {"true | 3 | 0.5 | 0.5 | 10 | 100 | 0.5 | 21 | true", oneNumberType},
	"number index":      {"true | false | s:1: attempt to index a number value (key 'foo')", noVariableName},
	"load bad":          {`true | nil | [string "x ="]:1: syntax error near <eof>`, otherWords},
	"load name":         {"true | nil | name:1: syntax error near '='", otherWords},
	"load long name":    {`true | nil | [string "x = = 1..."]:1: syntax error near '='`, otherWords},
	"table.unpack big":  {"true | false | s:1: too many results to unpack (limit 500000): go through the table with a loop", otherWords},
	"debug source":      {"true | @s | s | main", noDebugger},
	"collectgarbage":    {"true | 0 | true | number | true | false", otherWords},
}

// TestSnippets compares what the snippets give here with what Lua 5.3 gave, as recorded, and gives.
// §2: Lua of 5.2 and 5.3.
func TestSnippets(t *testing.T) {
	t.Setenv("TZ", "UTC")
	const script = "testdata/snippets.lua"
	src, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	want := readLines(t, "testdata/snippets.golden")
	if now := lua53(t, script, "SNIPPETS_DIR="+t.TempDir()); now != strings.Join(want, "\n")+"\n" {
		diffLines(t, "snippets.golden is not what lua5.3 prints", "", strings.Join(want, "\n")+"\n", now)
	}
	t.Setenv("SNIPPETS_DIR", t.TempDir())
	L := NewState()
	defer Close(L)
	base, err := filepath.Abs(filepath.Dir(script))
	if err != nil {
		t.Fatal(err)
	}
	SetBase(L, base)
	out, err := run(t, L, script, string(src))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d results, want %d", len(got), len(want))
	}
	for i := range want {
		checkSnippet(t, got[i], want[i])
	}
}

func checkSnippet(t *testing.T, got, want string) {
	t.Helper()
	name, result, _ := strings.Cut(got, "\t")
	known, differs := knownDifferences[name]
	switch {
	case differs && result != known.here:
		t.Errorf("%s: got %q, known to give %q (%s)", name, result, known.here, known.reason)
	case differs && got == want:
		t.Errorf("%s: no longer differs from Lua 5.3", name)
	case !differs && withoutPosition(got) != withoutPosition(want):
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// withoutPosition drops the position from error messages: those that Go functions raise when pcall calls them name
// the line of pcall here, C functions name none.
func withoutPosition(s string) string { return strings.ReplaceAll(s, "| s:1: ", "| ") }
