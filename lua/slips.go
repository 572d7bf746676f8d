package lua

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/spelling"
	"lsyncgo/lua/dialect"
)

// slip is a name that a config read while it was loaded, and that nobody has defined. That is no fault in
// itself, configs ask whether a name is there, but often the cause of the next one.
type slip struct{ place, name, meant string }

func (s slip) String() string {
	if s.meant == "" {
		return s.name + " is not defined"
	}
	return fmt.Sprintf("%s is not defined; did you mean %s?", s.name, s.meant)
}

// slipped notes that a global, or with prefix a key of a table, was read in vain.
func (r *Runtime) slipped(prefix, name string, known []string) {
	s := slip{place: where(r.L), name: prefix + name}
	slices.Sort(known)
	if near := spelling.Nearest(name, known); near != "" {
		s.meant = prefix + near
	}
	r.slips = append(r.slips, s)
}

// noticeSlips notes what is read of the global default in vain. The function that it returns ends that.
func (p *presets) noticeSlips(r *Runtime) (end func()) {
	mt := r.L.NewTable()
	mt.RawSetString("__index", r.L.NewFunction(func(L *glua.LState) int {
		if name, ok := L.Get(2).(glua.LString); ok {
			var known []string
			for name := range p.named {
				known = append(known, name)
			}
			r.slipped("default.", string(name), known)
		}
		L.Push(glua.LNil)
		return 1
	}))
	p.table.Metatable = mt
	return func() {
		if p.table.Metatable == mt {
			p.table.Metatable = glua.LNil
		}
	}
}

// slipAt returns what was read in vain at place, as a remedy; the last one, "" without any.
func (r *Runtime) slipAt(place string) string {
	for _, s := range slices.Backward(r.slips) {
		if s.place == place {
			return s.String()
		}
	}
	return ""
}

// presetSlip returns the remedy for a preset that the newest sync means and does not have.
func (r *Runtime) presetSlip() string {
	for _, s := range slices.Backward(r.slips) {
		if strings.HasPrefix(s.name, "default.") {
			return s.String()
		}
	}
	return ""
}

// remedyOf guesses what a config that cannot be parsed wants.
func (r *Runtime) remedyOf(fault *dialect.SyntaxError) string {
	if strings.HasPrefix(fault.Near, `<\`) {
		return "a character that Lua does not know, such as a typographic quote or a no-break space from a web page; write plain ones"
	}
	source, err := os.ReadFile(r.anchored(fault.Name))
	lines := strings.Split(string(source), "\n")
	if err != nil || fault.Msg != "syntax error" || fault.Line < 1 || fault.Line > len(lines) {
		return ""
	}
	key, err := regexp.MatchString(`\b`+regexp.QuoteMeta(fault.Near)+`\s*=[^=]`, lines[fault.Line-1])
	if err == nil && key {
		return "is a comma missing before it?"
	}
	return ""
}
