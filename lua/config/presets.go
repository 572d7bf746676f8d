package config

import (
	"fmt"
	"runtime/debug"
	"sync"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/defaults"
	"lsyncgo/lua"
	"lsyncgo/lua/lua53"
)

// tunables are the keys that settings{} and the command line can change.
var tunables = []string{"delay", "maxDelays", "maxProcesses"}

// presets is the global `default` and what it was shipped with.
type presets struct {
	table *glua.LTable
	named map[string]*glua.LTable
	born  map[*glua.LTable]map[string]glua.LValue
	trees map[*glua.LFunction]bool // the actions that take directories whole
}

// compiledPresets are the embedded presets, compiled once: states only read what they run.
var compiledPresets = sync.OnceValues(func() (protos []*glua.FunctionProto, err error) {
	// The heap is so small yet that the collector would run once for each few functions, a third of the program's start.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, file := range defaults.Files() {
		proto, err := lua53.Compile(lua.PresetPrefix+file.Name, file.Source)
		if err != nil {
			return nil, fmt.Errorf("compile the embedded preset %s: %w", file.Name, err)
		}
		protos = append(protos, proto)
	}
	return protos, nil
})

// openPresets runs the embedded presets.
func (r *Config) openPresets() error {
	p := &presets{table: r.Scripts.L.NewTable(), named: map[string]*glua.LTable{}, born: map[*glua.LTable]map[string]glua.LValue{}, trees: map[*glua.LFunction]bool{}}
	r.presets = p
	r.Scripts.L.SetGlobal("default", p.table)
	protos, err := compiledPresets()
	if err != nil {
		return err
	}
	for _, proto := range protos {
		if err := r.Scripts.Call("", r.Scripts.L.NewFunctionFromProto(proto), 0); err != nil {
			return fmt.Errorf("run the embedded preset %s: %w", proto.SourceName, err)
		}
	}
	p.born[p.table] = p.remember(p.table)
	p.table.ForEach(func(k, v glua.LValue) {
		if t, ok := v.(*glua.LTable); ok && t.RawGetString("prepare") != glua.LNil {
			p.named[k.String()] = t
			p.born[t] = p.remember(t)
			p.rememberTrees(t)
		}
	})
	return nil
}

func (p *presets) remember(t *glua.LTable) map[string]glua.LValue {
	m := map[string]glua.LValue{}
	for _, key := range tunables {
		m[key] = t.RawGetString(key)
	}
	return m
}

// rememberTrees notes the action of a preset that declares trees.
func (p *presets) rememberTrees(t *glua.LTable) {
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
