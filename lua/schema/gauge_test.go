package schema_test

import (
	"slices"
	"testing"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/schema"
)

const gauge = `checkgauge = {
	delete = 'deletes', limit = 'bytes', any = true, gone = false, stray = 'no: write any instead', unknownKind = 'whatever',
	unsafe = 'boolean', how = 'plan|filter', source = 'string', checkgauge = true,
	rsync = { rate = 'rate', whole = 'whole', port = 'port', archive = 'flag', rsh = 'text', _extra = 'options', binary = 'program' },
}`

func TestGauge(t *testing.T) {
	for text, want := range map[string][]string{
		"delete = 'startup', limit = 0, any = {}, unknownKind = {}, unsafe = false, how = 'plan', rsync = { archive = true, rsh = 5, _extra = {} }": nil,
		"rsync = { rsh = false, _extra = false }":                       nil,
		"rsync = { rate = '1.5m', whole = -1, port = '22', rsh = 1e3 }": nil,
		"rsync = { rate = 2.5, whole = ' 5', port = 65535, rsh = '' }":  nil,
		"rsync = { rate = '', whole = false, port = '^localport' }":     nil,
		"rsync = { rate = '100KiB+1', whole = '-1', port = false }":     nil,
		"rsync = { rate = 0/0, whole = 'x', port = 'x', rsh = 1/0 }": {
			`rsync.port must be the number of a port, 1 to 65535, not "x" ()`, "rsync.rate must be a number of KiB in a second, or one with a unit, \"1.5m\", not NaN ()",
			"rsync.rsh must be a string or a number, not +Inf ()", `rsync.whole must be a whole number, not "x" ()`},
		"rsync = { rate = '1e3', whole = 1.5, port = 0, rsh = {} }": {
			"rsync.port must be the number of a port, 1 to 65535, not 0 ()", `rsync.rate must be a number of KiB in a second, or one with a unit, "1.5m", not "1e3" ()`,
			"rsync.rsh must be a string or a number, not a table ()", "rsync.whole must be a whole number, not 1.5 ()"},
		"rsync = { rate = -1, whole = 1e10, port = 65536, rsh = true }": {
			"rsync.port must be the number of a port, 1 to 65535, not 65536 ()", `rsync.rate must be a number of KiB in a second, or one with a unit, "1.5m", not -1 ()`,
			"rsync.rsh must be a string or a number, not true ()", "rsync.whole must be a whole number, not 10000000000 ()"},
		"anny = 1":       {`unknown parameter "anny" (did you mean "any"? if it is no typo, add it to checkgauge)`},
		"gone = 1":       {`parameter "gone" cannot be used with this preset (remove it)`},
		"gane = 1":       {`unknown parameter "gane" (if it is no typo, add it to checkgauge)`},
		"stray = 1":      {`unknown parameter "stray" (write any instead)`},
		"archive = true": {`unknown parameter "archive" (it belongs into the table rsync: write rsync = { archive = ... })`},
		"rsync = { any = 1 }": {
			`unknown parameter "rsync.any" (any belongs to the sync: write sync{ ..., any = ..., rsync = { ... } })`},
		"rsync = 5":                             {"rsync must be a table, not 5 (write rsync = { key = value })"},
		"rsync = { 'a' }":                       {`rsync holds "a" without a key (write key = value)`},
		"'a'":                                   {`the sync holds "a" without a key (write key = value)`},
		"unsafe = 1":                            {"unsafe must be true or false, not 1 ()"},
		"how = 'x'":                             {`how must be "plan" or "filter", not "x" ()`},
		"source = 5":                            {"source must be a string, not 5 ()"},
		"limit = '5'":                           {`limit must be a number of bytes, not "5" ()`},
		"delete = {}":                           {`delete must be true, false, "startup" or "running", not a table ()`},
		"rsync = { archive = {}, binary = 5 }":  {"rsync.archive must be true or false, not a table ()", "rsync.binary must be the name of a program, not 5 ()"},
		"rsync = { _extra = { true } }":         {"rsync._extra must be a list of strings; it has [1] = true ()"},
		"rsync = { archive = 0 }, limit = -1":   {"warning: limit: -1 counts as 0 (write limit = 0)", "warning: rsync.archive: 0 counts as true (write archive = true)"},
		"delete = 'x', rsync = { _extra = '' }": {`warning: delete: "x" is no value of it: nothing is deleted at the target (write delete = true, "startup", "running" or false)`, `warning: rsync._extra: the text "" is ignored, as by Lsyncd (remove it)`},
	} {
		_, said := gauged(t, text)
		if !slices.Equal(said, want) {
			t.Errorf("%s: found %q, not %q", text, said, want)
		}
	}
}

// What is refused cannot trip the code that goes on to look for further faults, and what is taken is in its place.
func TestGaugePutsValuesInPlace(t *testing.T) {
	config, _ := gauged(t, "rsync = { archive = 'yes', binary = {} }, delete = 'x', how = 5")
	rsync := config.RawGetString("rsync").(*glua.LTable)
	if config.RawGetString("delete") != glua.LFalse || config.RawGetString("how") != glua.LNil ||
		rsync.RawGetString("archive") != glua.LTrue || rsync.RawGetString("binary") != glua.LNil {
		t.Errorf("delete = %v, how = %v, archive = %v, binary = %v", config.RawGetString("delete"), config.RawGetString("how"),
			rsync.RawGetString("archive"), rsync.RawGetString("binary"))
	}
}

// A table that holds itself comes to an end.
func TestGaugeOfATableInItself(t *testing.T) {
	L := glua.NewState()
	defer L.Close()
	if err := L.DoString("t = { checkgauge = { t = {} , checkgauge = true } } t.t = t t.checkgauge.t = t.checkgauge"); err != nil {
		t.Fatal(err)
	}
	found := schema.Gauge(L.GetGlobal("t").(*glua.LTable))
	if len(found) == 0 || !found.Faulty() {
		t.Errorf("found %v", found)
	}
}

func gauged(t *testing.T, text string) (config *glua.LTable, said []string) {
	t.Helper()
	L := glua.NewState()
	t.Cleanup(L.Close)
	if err := L.DoString("return { " + text + ", " + gauge + " }"); err != nil {
		t.Fatal(err)
	}
	config = L.Get(-1).(*glua.LTable)
	return config, lines(schema.Gauge(config), "the sync")
}

// lines are findings as users see them.
func lines(found schema.Findings, self string) (said []string) {
	for _, f := range found {
		line := f.Text(self) + " (" + f.Remedy + ")"
		if f.Warning {
			line = "warning: " + line
		}
		said = append(said, line)
	}
	return said
}
