package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/spelling"
	"lsyncgo/lua/values"
)

// A checkgauge has for each key that a table may have one of these:
//
//	true           anything
//	"count"        the name of a kind, see kinds; or "plan|filter": one of these texts
//	{ ... }        a table, of which this is the gauge
//	false          what a preset below has, and this one does not
//	"no: REMEDY"   as if the key were not there, but with what to do instead
//
// Other texts are as true: Lsyncd takes whatever Lua does.

// verdict of a kind on a value: nil, *Meant, or what the value must be.
type verdict func(glua.LValue) error

func only[T any](k Kind[T]) verdict {
	return func(v glua.LValue) error {
		_, err := k.Read(v)
		return err
	}
}

// orFalse has a kind take false, too, which switches off what a preset has set. Messages need not say so.
func orFalse[T any](k Kind[T]) verdict {
	return func(v glua.LValue) error {
		if v == glua.LFalse {
			return nil
		}
		return only(k)(v)
	}
}

// kinds are those that a checkgauge can name.
var kinds = map[string]verdict{
	"flag":     only(Flag),
	"boolean":  only(OfType("true or false", glua.LTBool)),
	"string":   orFalse(OfType("a string", glua.LTString)),
	"program":  only(OfType("the name of a program", glua.LTString)),
	"text":     orFalse(argument),
	"port":     orFalse(port),
	"whole":    orFalse(whole),
	"rate":     orFalse(rate),
	"table":    orFalse(OfType("a table", glua.LTTable)),
	"function": orFalse(OfType("a function", glua.LTFunction)),
	"count":    only(Count),
	"seconds":  only(Seconds),
	"bytes":    only(Bytes),
	"options":  only(Options),
	"deletes":  only(Deletes),
}

// Gauge compares a table with its checkgauge. Values that count as others are put in it, and what cannot be taken is removed.
func Gauge(config *glua.LTable) Findings {
	gauge, ok := config.RawGetString("checkgauge").(*glua.LTable)
	if !ok {
		return nil
	}
	g := gauging{top: gauge}
	g.table("", config, gauge, 0)
	return g.found
}

// gauging is one comparison.
type gauging struct {
	top   *glua.LTable
	found Findings
}

func (g *gauging) table(prefix string, config, gauge *glua.LTable, depth int) {
	self := strings.TrimSuffix(prefix, ".")
	if depth > values.MaxNesting {
		g.found = append(g.found, Finding{Key: self, says: " is a table within itself", Remedy: "remove it"})
		return
	}
	for _, k := range values.SortedKeys(config) {
		v := config.RawGet(k)
		if v == glua.LNil {
			continue
		}
		name, isString := k.(glua.LString)
		if !isString {
			f := keyless(v)
			f.Key = self
			g.found = append(g.found, f)
			continue
		}
		if taken := g.key(prefix, string(name), v, gauge, depth); taken != v {
			config.RawSet(k, taken)
		}
	}
}

// key returns what the value of a key counts as, nil if it is not to be used.
func (g *gauging) key(prefix, key string, v glua.LValue, gauge *glua.LTable, depth int) glua.LValue {
	say := func(f Finding) { g.found = append(g.found, f) }
	switch rule := gauge.RawGetString(key).(type) {
	case *glua.LTable:
		table, ok := v.(*glua.LTable)
		if !ok {
			say(Finding{Key: prefix + key, says: " must be a table, not " + values.Describe(v), Remedy: "write " + key + " = { key = value }"})
			return glua.LNil
		}
		g.table(prefix+key+".", table, rule, depth+1)
	case *glua.LNilType:
		say(Finding{Key: prefix + key, unknown: "parameter", Remedy: cmp.Or(g.misplaced(prefix, key), remedyIn(gauge, key))})
	case glua.LBool:
		if !rule {
			say(Finding{Key: prefix + key, barred: true, Remedy: "remove it"})
		}
	case glua.LString:
		if remedy, not := strings.CutPrefix(string(rule), "no: "); not {
			say(Finding{Key: prefix + key, unknown: "parameter", Remedy: cmp.Or(g.misplaced(prefix, key), remedy)})
			return v
		}
		taken, found := judge(prefix+key, "", v, verdictOf(string(rule))(v))
		g.found = append(g.found, found...)
		if taken == nil {
			taken = glua.LNil
		}
		return taken
	}
	return v
}

// verdictOf finds a kind by its name. What is none takes everything.
func verdictOf(kind string) verdict {
	if k, ok := kinds[kind]; ok {
		return k
	}
	if choices := strings.Split(kind, "|"); len(choices) > 1 {
		return only(Choice(choices...))
	}
	return func(glua.LValue) error { return nil }
}

// allows reports whether a gauge has a key that is not forbidden.
func allows(gauge *glua.LTable, key string) bool {
	v := gauge.RawGetString(key)
	text, _ := v.(glua.LString)
	return v != glua.LNil && v != glua.LFalse && !strings.HasPrefix(string(text), "no: ")
}

func remedyIn(gauge *glua.LTable, key string) string {
	var known []string
	gauge.ForEach(func(k, _ glua.LValue) {
		if s, ok := k.(glua.LString); ok && allows(gauge, string(s)) {
			known = append(known, string(s))
		}
	})
	slices.Sort(known) // of equally near ones always the same
	remedy := "if it is no typo, add it to checkgauge"
	if near := spelling.Nearest(key, known); near != "" {
		remedy = fmt.Sprintf("did you mean %q? %s", near, remedy)
	}
	return remedy
}

// misplaced says where a key belongs that a table of the sync, or the sync itself, knows; "" if none does.
func (g *gauging) misplaced(prefix, key string) string {
	table := strings.TrimSuffix(prefix, ".")
	if _, isTable := g.top.RawGetString(key).(*glua.LTable); prefix != "" && !isTable && allows(g.top, key) {
		return fmt.Sprintf("%s belongs to the sync: write sync{ ..., %s = ..., %s = { ... } }", key, key, table)
	}
	for _, k := range values.SortedKeys(g.top) {
		known, ok := g.top.RawGet(k).(*glua.LTable)
		if name := k.String(); ok && name != table && allows(known, key) {
			return fmt.Sprintf("it belongs into the table %s: write %s = { %s = ... }", name, name, key)
		}
	}
	return ""
}
