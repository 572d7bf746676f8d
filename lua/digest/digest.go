// Package digest identifies Lua values by what they are, so that after a reload what did not change can go on.
package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"reflect"
	"strconv"

	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// Known is what changes with the program only, and so makes no difference.
type Known struct {
	Table   *glua.LTable           // and all in it; nil: none
	Globals map[string]glua.LValue // as they are before a config: what a function reads of them
}

// Of identifies a Lua value: tables by content whatever their order, functions by their code, constants, upvalues and the globals
// that they name, with the values that these have now. Where in a file a function stands does not matter. Equal values have the
// same digest in states of one process.
func Of(v glua.LValue, known Known) string {
	d := digester{hash: sha256.New(), seen: map[any]int{}, known: known}
	d.value(v)
	d.hash.Write(d.text)
	return hex.EncodeToString(d.hash.Sum(nil))
}

type digester struct {
	hash  hash.Hash
	text  []byte // what the hash has not got yet: it takes long pieces better than short ones
	seen  map[any]int
	known Known
}

// number adds one, after a letter that says what it is.
func (d *digester) number(kind byte, n int) {
	if len(d.text) > 4096 {
		d.hash.Write(d.text)
		d.text = d.text[:0]
	}
	d.text = append(strconv.AppendInt(append(d.text, kind), int64(n), 10), ';')
}

func (d *digester) value(v glua.LValue) {
	d.number('t', int(v.Type()))
	switch v := v.(type) {
	case glua.LString:
		d.number('s', len(v))
		d.text = append(d.text, v...)
	case glua.LNumber, glua.LBool:
		d.text = append(append(d.text, v.String()...), ';')
	case *glua.LTable:
		if v != d.known.Table && d.first(v) {
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
	d.number('#', n)
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
	d.text = append(d.text, "end;"...)
}

func (d *digester) function(f *glua.LFunction) {
	if f.IsG {
		d.number('g', int(reflect.ValueOf(f.GFunction).Pointer()))
		return
	}
	d.proto(f.Proto, f.Env)
	for _, up := range f.Upvalues {
		d.value(up.Value())
	}
}

func (d *digester) proto(p *glua.FunctionProto, env *glua.LTable) {
	d.number('p', int(p.NumParameters))
	d.number('v', int(p.IsVarArg))
	d.number('u', int(p.NumUpvalues))
	d.number('c', len(p.Code))
	for _, instruction := range p.Code {
		d.text = binary.LittleEndian.AppendUint32(d.text, instruction)
	}
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
	if builtin, ok := d.known.Globals[name.String()]; !ok || builtin != v {
		d.value(v)
	}
}
