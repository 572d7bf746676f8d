package lua_test

import (
	"slices"
	"strings"
	"testing"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/defaults"
	"lsyncgo/engine/event"
	"lsyncgo/lua"
	"lsyncgo/lua/lua53"
)

// TestPresetsKeepOwnGlobals: a config may define what Lsyncd has not under any name, so presets look no such name up while
// they run.
func TestPresetsKeepOwnGlobals(t *testing.T) {
	st := start(t, `sync{ source = source, onCreate = "/bin/true" }`)
	var own []string
	for _, name := range st.rt.Scripts.OwnGlobals() {
		table, _, _ := strings.Cut(name, ".")
		own = append(own, table)
	}
	if !slices.Contains(own, "transfer") {
		t.Fatalf("the names are %q", own)
	}
	var check func(p *glua.FunctionProto)
	check = func(p *glua.FunctionProto) {
		for _, inner := range p.FunctionPrototypes {
			for _, instruction := range inner.Code {
				if int(instruction>>26) != glua.OP_GETGLOBAL {
					continue
				}
				if name := inner.Constants[instruction&0x3ffff].String(); slices.Contains(own, name) {
					t.Errorf("%s:%d: a function looks up %s", inner.SourceName, inner.LineDefined, name)
				}
			}
			check(inner)
		}
	}
	for _, file := range defaults.Files() {
		p, err := lua53.Compile(file.Name, file.Source)
		if err != nil {
			t.Fatal(err)
		}
		check(p)
	}
}

// TestOwnGlobalReplaced: what a config defines under such a name counts for it, and presets do what they did.
func TestOwnGlobalReplaced(t *testing.T) {
	stubs(t)
	st := start(t, `function transfer() return "mine" end
		assert(transfer() == "mine")
		sync{ default.rsync, source = source, target = target, init = false, delay = 0 }`)
	st.file("source/a", "")
	st.event(event.Create, "a")
	if cmd := st.command(); cmd.Feed == nil {
		t.Errorf("started %s", cmd.Describe())
	}
}

// TestOnlyLoading: a global that only a config may call is refused afterwards.
func TestOnlyLoading(t *testing.T) {
	r := lua.New(lua.StateOptions{})
	defer r.Close()
	r.Define(lua.Global{Name: "made.now", Func: func(*glua.LState) int { return 0 }, When: lua.OnlyLoading})
	if err := r.L.DoString("made.now{}"); err != nil {
		t.Fatal(err)
	}
	r.Loaded()
	if err := r.L.DoString("made.now{}"); err == nil || !strings.Contains(err.Error(), "made.now{} can only be called while the config is loaded") {
		t.Errorf("got %v", err)
	}
}
