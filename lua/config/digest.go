package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"

	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// digest identifies the sync's definition but for its source: tables by content whatever their
// order, functions by their code, constants, upvalues and the globals that they name,
// with the values that these have when all is loaded. Where in the file it stands does
// not matter.
func (s *Definition) digest() string {
	d := digester{hash: sha256.New(), seen: map[any]int{}, skip: s.r.presets.table, builtin: s.r.builtin}
	source := s.Table.RawGetString("source")
	s.Table.RawSetString("source", glua.LNil)
	d.value(s.Table)
	s.Table.RawSetString("source", source)
	c := s.config
	fmt.Fprintln(d.hash, c.Name, c.Given, c.Target, c.Delay, c.MaxDelays, c.MaxProcesses, c.Flat, c.Mode, c.KeepMoves, c.TakesTrees, c.HasInit, c.Monitor, c.PollInterval)
	for _, rule := range c.Rules {
		fmt.Fprintf(d.hash, "%q\n", rule.String())
	}
	if c.MaxDelete != nil { // that of settings is not in the table
		fmt.Fprintln(d.hash, c.MaxDelete, c.DeletesLive)
	}
	if c.Tunnel != nil {
		fmt.Fprintln(d.hash, c.Tunnel.Digest)
	}
	return hex.EncodeToString(d.hash.Sum(nil))
}

type digester struct {
	hash hash.Hash
	seen map[any]int
	skip *glua.LTable // the presets: they change with the program only
	// builtin are the globals before the config, which change with the program only, too.
	builtin map[string]glua.LValue
}

func (d *digester) value(v glua.LValue) {
	fmt.Fprintf(d.hash, "%d:", v.Type())
	switch v := v.(type) {
	case glua.LString:
		fmt.Fprintf(d.hash, "%d:%s", len(v), string(v))
	case glua.LNumber, glua.LBool:
		fmt.Fprintf(d.hash, "%s;", v)
	case *glua.LTable:
		if v != d.skip && d.first(v) {
			d.tableOf(v)
		}
	case *glua.LFunction:
		if d.first(v) {
			d.function(v)
		}
	}
}

// first reports whether an object is met for the first time, and notes which one it is.
func (d *digester) first(object any) bool {
	n, known := d.seen[object]
	if !known {
		n = len(d.seen)
		d.seen[object] = n
	}
	fmt.Fprintf(d.hash, "#%d;", n)
	return !known
}

func (d *digester) tableOf(t *glua.LTable) {
	if t.Metatable != glua.LNil {
		// Inlets and the like: what they stand for is defined elsewhere.
		return
	}
	for _, k := range values.SortedKeys(t) {
		if v := t.RawGet(k); v != glua.LNil {
			d.value(k)
			d.value(v)
		}
	}
	fmt.Fprint(d.hash, "end;")
}

func (d *digester) function(f *glua.LFunction) {
	if f.IsG {
		fmt.Fprintf(d.hash, "%d;", reflect.ValueOf(f.GFunction).Pointer())
		return
	}
	d.proto(f.Proto, f.Env)
	for _, up := range f.Upvalues {
		d.value(up.Value())
	}
}

func (d *digester) proto(p *glua.FunctionProto, env *glua.LTable) {
	fmt.Fprintln(d.hash, p.Code, p.NumParameters, p.IsVarArg, p.NumUpvalues)
	for _, c := range p.Constants {
		d.value(c)
	}
	for _, instruction := range p.Code {
		// Six bits say what, the last 18 which constant is the name.
		if int(instruction>>26) == glua.OP_GETGLOBAL {
			d.global(env, p.Constants[instruction&0x3ffff])
		}
	}
	for _, child := range p.FunctionPrototypes {
		d.proto(child, env)
	}
}

// global takes in what a function reads under a global name.
func (d *digester) global(env *glua.LTable, name glua.LValue) {
	v := env.RawGet(name)
	if builtin, ok := d.builtin[name.String()]; !ok || builtin != v {
		d.value(v)
	}
}
