package config

import (
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// capabilities is what a preset declares, in its table of that name, about what it does with events and with its target.
// Checks and protections ask for them, and never for the name of a preset, so that they hold for tables of a
// config's own as well.
type capabilities struct {
	guessed bool // nothing was declared
	// target says how the keys name the target; noMirror if there is none, or the sync does not make it equal to its source.
	target string
	// deletes says what the key `delete` means; "": the script deletes for what it acts on.
	deletes   string
	hardLinks bool // names of one file stay names of one file
	trees     bool // the action takes a directory with all that is in it, but for what is unmounted
}

// Values of capabilities.target.
const (
	noMirror  = ""
	localDir  = "local" // target is a directory of this machine
	rsyncPath = "rsync" // target is what rsync takes: a local path, host:path or a URL
	sshHost   = "ssh"   // host and targetdir
)

// Values of capabilities.deletes.
const (
	deletesLive    = "live"    // true, "startup" and "running" mean both, and one of the two
	deletesAtStart = "startup" // nothing is deleted while it runs
	deletesNothing = "never"
)

// capabilityKeys are the keys of the table capabilities.
var capabilityKeys = schema.Table[capabilities]{Keys: []schema.Key[capabilities]{
	{Name: "target", Value: schema.To(schema.Or(schema.Choice(localDir, rsyncPath, sshHost)), func(c *capabilities) *string { return &c.target }),
		Example: `"local"`, Doc: "how the keys of the sync name its target"},
	{Name: "deletes", Value: schema.To(schema.Or(schema.Choice(deletesLive, deletesAtStart, deletesNothing)), func(c *capabilities) *string { return &c.deletes }),
		Example: `"live"`, Doc: "what the key delete means"},
	{Name: "hardLinks", Value: schema.To(ability, func(c *capabilities) *bool { return &c.hardLinks }),
		Default: "false", Example: "true", Doc: "whether names of one file stay names of one file"},
	{Name: "trees", Value: schema.To(ability, func(c *capabilities) *bool { return &c.trees }),
		Default: "false", Example: "true", Doc: "whether the action takes a directory with all that is in it"},
}}

var ability = schema.Mapped(schema.OfType("true or false", glua.LTBool), func(v glua.LValue) bool { return v == glua.LTrue })

// readCapabilities completes what is declared. What a config has from a time without declarations, or never heard of
// them, is judged by its keys; what they leave open is taken for that which protects more.
func (s *Definition) readCapabilities() {
	if s.Key("capabilities").Type() != glua.LTTable {
		s.caps = s.guess()
		return
	}
	c := &s.caps
	var known bool
	c.trees, known = s.judgeAction()
	c.hardLinks = c.hardLinks || s.mirrors() && !known // that of a preset may be called, and needs to be told
}

// guess is for a sync that declares nothing: a table with an action or startup of its own that has a key `delete`, or a table
// `rsync`, was made after a preset, and is one as far as protections go.
func (s *Definition) guess() capabilities {
	c := capabilities{guessed: true}
	trees, known := s.judgeAction()
	_, rsync := s.Key("rsync").(*glua.LTable)
	if made := trees || rsync || s.Key("delete") != glua.LNil; made && !(s.dispatches() && s.shared("init")) {
		c.target = rsyncPath
		c.hardLinks = !known || s.Key("rsync.hard_links") == glua.LTrue
	}
	c.trees = trees
	return c
}

// mirrors reports whether the sync makes a target equal to its source.
func (s *Definition) mirrors() bool { return s.caps.target != noMirror }

// dispatches reports whether the action is the one that calls a function for each kind of event.
func (s *Definition) dispatches() bool { return s.shared("action") }

// shared reports whether the value of a key is the one that every sync inherits.
func (s *Definition) shared(key string) bool {
	return s.Key(key) == s.r.presets.table.RawGetString(key)
}

// judgeAction reports whether the action takes a directory whole, and whether that is known. It is a property of
// the function: of one that a preset was shipped with, or of one that stands in a table beside its own declaration. A function
// that calls a preset's may do anything else, so it gets an event for each entry.
func (s *Definition) judgeAction() (trees, known bool) {
	fn, ok := s.Key("action").(*glua.LFunction)
	switch {
	case !ok || s.dispatches():
		return false, true
	case s.r.presets.trees[fn]:
		return true, true
	}
	owner := ownerOfKey(s.given, "action", 0)
	if owner == nil || owner.RawGetString("action") != fn || s.r.presets.born[owner] != nil { // another action than the preset declared it for
		return false, false
	}
	declared, ok := owner.RawGetString("capabilities").(*glua.LTable)
	return ok && declared.RawGetString("trees") == glua.LTrue, ok
}

// ownerOfKey returns the table of those that t inherits from, or t itself, that gives it a key, in the order of inherit; nil if none has it.
func ownerOfKey(t *glua.LTable, key string, depth int) *glua.LTable {
	only, selective := t.RawGetString("_merge").(*glua.LTable)
	if t.RawGetString(key) != glua.LNil && !(selective && only.RawGetString(key) != glua.LTrue) {
		return t
	}
	for i := 1; i <= t.Len() && depth < values.MaxNesting; i++ {
		if parent, ok := t.RawGetInt(i).(*glua.LTable); ok {
			if owner := ownerOfKey(parent, key, depth+1); owner != nil {
				return owner
			}
		}
	}
	return nil
}

// deletesAtStart reports whether the startup deletes at the target what the source does not have.
func (s *Definition) deletesAtStart() bool {
	if s.caps.deletes == deletesNothing {
		return false
	}
	v := s.Key("delete")
	return v == glua.LTrue || v == glua.LString("startup")
}

// deletesLive reports whether the script may delete at the target what is deleted
// in the source: all do but those which say that they do not.
func (s *Definition) deletesLive() bool {
	if s.caps.deletes == deletesAtStart || s.caps.deletes == deletesNothing {
		return false
	}
	switch s.Key("delete") {
	case glua.LFalse, glua.LString("startup"):
		return false
	}
	return !s.dispatches() || glua.LVAsBool(s.Key("onDelete"))
}
