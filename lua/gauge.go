package lua

import (
	"fmt"
	"strings"

	"lsyncgo/engine/spelling"
	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// checkGauge compares the keys of a config with its checkgauge and returns one
// line for each that is unknown or forbidden, the remedy in parentheses.
func checkGauge(config *glua.LTable) []string {
	gauge, ok := config.RawGetString("checkgauge").(*glua.LTable)
	if !ok {
		return nil
	}
	return gaugeKeys("", config, gauge, gauge, 0)
}

func gaugeKeys(prefix string, config, gauge, top *glua.LTable, depth int) (faults []string) {
	if depth > values.MaxNesting {
		return []string{strings.TrimSuffix(prefix, ".") + " is a table within itself (remove it)"}
	}
	for _, k := range values.SortedKeys(config) {
		v := config.RawGet(k)
		if v == glua.LNil {
			continue
		}
		name, isString := k.(glua.LString)
		if !isString {
			remedy := "write key = value"
			if text, ok := v.(glua.LString); ok && strings.HasPrefix(string(text), "default.") {
				remedy = fmt.Sprintf("write %s, without quotes", string(text))
			} else if v.Type() == glua.LTBool {
				remedy = "write key = value; with two equals signs it is a comparison"
			}
			faults = append(faults, fmt.Sprintf("%s holds %s without a key (%s)", strings.TrimSuffix(or(prefix, "the sync"), "."), values.Describe(v), remedy))
			continue
		}
		faults = append(faults, gaugeKey(prefix, string(name), v, gauge, top, depth)...)
	}
	return faults
}

func gaugeKey(prefix, key string, v glua.LValue, gauge, top *glua.LTable, depth int) []string {
	switch g := gauge.RawGetString(key).(type) {
	case *glua.LTable:
		table, ok := v.(*glua.LTable)
		if !ok {
			return []string{fmt.Sprintf("%s%s must be a table, not %s (write %s = { key = value })", prefix, key, values.Describe(v), key)}
		}
		return gaugeKeys(prefix+key+".", table, g, top, depth+1)
	case *glua.LNilType:
		return []string{fmt.Sprintf("unknown parameter %q (%s)", prefix+key, or(misplaced(prefix, key, top), gaugeRemedy(key, gauge)))}
	case glua.LBool:
		if !g {
			return []string{fmt.Sprintf("parameter %q cannot be used with this preset (remove it)", prefix+key)}
		}
	}
	return nil
}

func gaugeRemedy(key string, gauge *glua.LTable) string {
	var known []string
	gauge.ForEach(func(k, v glua.LValue) {
		if s, ok := k.(glua.LString); ok && v != glua.LFalse {
			known = append(known, string(s))
		}
	})
	remedy := "if it is no typo, add it to checkgauge"
	if near := spelling.Nearest(key, known); near != "" {
		remedy = fmt.Sprintf("did you mean %q? %s", near, remedy)
	}
	return remedy
}

// elsewhere are parameters that a preset does not have and another one has, or rsync under another name.
var elsewhere = map[string]string{
	"fsync":       `default.direct has it; for rsync from 3.2.4 on write rsync = { _extra = { "--fsync" } }`,
	"rsync.fsync": `for rsync from 3.2.4 on write rsync = { _extra = { "--fsync" } }`,
	"unsafe":      "it belongs to default.direct alone; remove it",
	"ssh":         `it belongs to default.rsyncssh; with default.rsync write rsync = { rsh = "ssh -p 2222" }`,
}

// misplaced says where a key belongs that a table of the sync, or the sync itself, knows; "" if none does.
func misplaced(prefix, key string, top *glua.LTable) string {
	if prefix != "" && top.RawGetString(key) == glua.LTrue {
		return fmt.Sprintf("%s belongs to the sync: write sync{ ..., %s = ..., %s = { ... } }", key, key, strings.TrimSuffix(prefix, "."))
	}
	if remedy := elsewhere[prefix+key]; remedy != "" {
		return remedy
	}
	for _, table := range []string{"rsync", "ssh"} {
		if known, ok := top.RawGetString(table).(*glua.LTable); ok && prefix != table+"." && known.RawGetString(key) == glua.LTrue {
			return fmt.Sprintf("it belongs into the table %s: write %s = { %s = ... }", table, table, key)
		}
	}
	return ""
}
