package config

import (
	"fmt"
	"slices"
	"sync"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/defaults"
	"lsyncgo/lua"
	"lsyncgo/lua/lua53"
)

// tunables are the keys that settings{} and the command line can change.
var tunables = []string{"delay", "maxDelays", "maxProcesses"}

// presets is the global `default` and what it was shipped with. A preset's file is compiled and run when a config first asks for
// one of its keys: that is half of a program's start. Scripts cannot tell, however they ask.
type presets struct {
	r     *Config
	table *glua.LTable
	left  []*presetFile // that have not been run
	named map[string]*glua.LTable
	born  map[*glua.LTable]map[string]glua.LValue
	trees map[*glua.LFunction]bool   // the actions that take directories whole
	of    map[*glua.LFunction]string // the presets that functions belong to
	// missed, unless nil, hears of keys that nobody has defined.
	missed func(name string)
}

// presetFile is one file of the presets.
type presetFile struct {
	defaults.File
	compile func() (*glua.FunctionProto, error) // once: states only read what they run
}

// presetFiles are all of them; the first is run at once.
var presetFiles = func() (list []*presetFile) {
	for _, file := range defaults.Files() {
		list = append(list, &presetFile{file, sync.OnceValues(func() (*glua.FunctionProto, error) {
			proto, err := lua53.CompilePlain(lua.PresetPrefix+file.Name, file.Source)
			if err != nil {
				return nil, fmt.Errorf("compile the embedded preset %s: %w", file.Name, err)
			}
			return proto, nil
		})})
	}
	return list
}()

// openPresets makes the global `default`.
func (r *Config) openPresets() error {
	p := &presets{r: r, table: r.Scripts.L.NewTable(), named: map[string]*glua.LTable{}, born: map[*glua.LTable]map[string]glua.LValue{},
		trees: map[*glua.LFunction]bool{}, of: map[*glua.LFunction]string{}}
	r.presets = p
	r.Scripts.L.SetGlobal("default", p.table)
	if err := p.run(presetFiles[0]); err != nil {
		return err
	}
	p.born[p.table] = p.remember(p.table)
	p.left = slices.Clone(presetFiles[1:])
	p.awaitQuestions()
	return nil
}

// awaitQuestions gives the table metamethods that run the files which are asked for.
func (p *presets) awaitQuestions() {
	L := p.r.Scripts.L
	mt := L.NewTable()
	mt.RawSetString("__index", L.NewFunction(func(L *glua.LState) int {
		name, _ := L.Get(2).(glua.LString)
		if !p.need(L, string(name)) && p.missed != nil && name != "" {
			p.missed(string(name))
		}
		L.Push(p.table.RawGet(L.Get(2)))
		return 1
	}))
	mt.RawSetString("__newindex", L.NewFunction(func(L *glua.LState) int {
		if name, ok := L.Get(2).(glua.LString); ok {
			p.need(L, string(name)) // or it would overwrite this later
		}
		p.table.RawSet(L.Get(2), L.Get(3))
		return 0
	}))
	lua53.SetFill(L, mt, func(L *glua.LState) {
		for len(p.left) > 0 {
			p.need(L, p.left[0].Adds[0])
		}
	})
	p.table.Metatable = mt
}

// need runs the file that adds a key, if it has not been run, and reports whether there was one. A failure is a Lua error.
func (p *presets) need(L *glua.LState, name string) bool {
	i := slices.IndexFunc(p.left, func(f *presetFile) bool { return slices.Contains(f.Adds, name) })
	if i < 0 {
		return false
	}
	file := p.left[i]
	p.left = slices.Delete(slices.Clone(p.left), i, i+1)
	if err := p.run(file); err != nil {
		p.left = append(p.left, file) // a limit of the script that has asked
		lua.Throw(L, err)
	}
	for _, name := range file.Adds {
		if t, ok := p.table.RawGetString(name).(*glua.LTable); ok && t.RawGetString("prepare") != glua.LNil {
			p.named[name] = t
			p.born[t] = p.remember(t)
			p.rememberFunctions(name, t)
		}
	}
	return true
}

// run runs a file. It finds the globals that there were before any script: a config may use their names for something else.
func (p *presets) run(file *presetFile) error {
	proto, err := file.compile()
	if err != nil {
		return err
	}
	globals := p.r.Scripts.L.G.Global
	changed := map[string]glua.LValue{}
	for name, v := range p.r.builtin {
		if now := globals.RawGetString(name); now != v {
			changed[name] = now
			globals.RawSetString(name, v)
		}
	}
	defer func() {
		for name, v := range changed {
			globals.RawSetString(name, v)
		}
	}()
	if err := p.r.Scripts.Call("", p.r.Scripts.L.NewFunctionFromProto(proto), 0); err != nil {
		return fmt.Errorf("run the embedded preset %s: %w", proto.SourceName, err)
	}
	return nil
}

// preset returns the one of a name as it was shipped, nil if there is none.
func (p *presets) preset(name string) *glua.LTable {
	p.need(p.r.Scripts.L, name)
	return p.named[name]
}

// presetNames are the names of the presets.
func presetNames() (list []string) {
	for _, file := range presetFiles[1:] {
		list = append(list, file.Adds[0])
	}
	return list
}

func (p *presets) remember(t *glua.LTable) map[string]glua.LValue {
	m := map[string]glua.LValue{}
	for _, key := range tunables {
		m[key] = t.RawGetString(key)
	}
	return m
}

// rememberFunctions notes which preset its functions belong to, and its action if it declares trees.
func (p *presets) rememberFunctions(name string, t *glua.LTable) {
	for _, key := range []string{"init", "action", "full"} {
		if fn, ok := t.RawGetString(key).(*glua.LFunction); ok {
			p.of[fn] = name
		}
	}
	fn, _ := t.RawGetString("action").(*glua.LFunction)
	if declared, ok := t.RawGetString("capabilities").(*glua.LTable); ok && fn != nil && declared.RawGetString("trees") == glua.LTrue {
		p.trees[fn] = true
	}
}

// shipped reports whether t is a preset and v the value it came with; a
// config may have changed it.
func (p *presets) shipped(t *glua.LTable, key string, v glua.LValue) bool {
	born, ok := p.born[t]
	return ok && born[key] == v
}
