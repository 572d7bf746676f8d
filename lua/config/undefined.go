package config

import (
	"fmt"
	"slices"
	"strings"

	"lsyncgo/engine/spelling"
	"lsyncgo/lua"
	"lsyncgo/lua/problem"
)

// undefinedName is a name that a config read while it was loaded, and that nobody has defined. That is no fault in
// itself, configs ask whether a name is there, but often the cause of the next one.
type undefinedName struct{ place, name, meant string }

func (s undefinedName) String() string {
	if s.meant == "" {
		return s.name + " is not defined"
	}
	return fmt.Sprintf("%s is not defined; did you mean %s?", s.name, s.meant)
}

// foreign are words that other languages have for values, and Lua's for them.
var foreign = map[string]string{
	"null": "nil", "none": "nil", "undefined": "nil", "nil": "nil",
	"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false",
}

// readUndefined notes that a global, or with prefix a key of a table, was read in vain.
func (r *Config) readUndefined(prefix, name string, known []string) {
	s := undefinedName{place: lua.Where(r.Scripts.L), name: prefix + name}
	if is := foreign[strings.ToLower(name)]; prefix == "" && is != "" {
		r.found.Warn(problem.At(s.place, "", "write "+is, "%s is a variable to Lua, which nobody has set: the key counts as not given", name))
	}
	slices.Sort(known)
	if near := spelling.Nearest(name, known); near != "" {
		s.meant = prefix + near
	}
	r.undefined = append(r.undefined, s)
}

// undefinedAt returns what was read in vain at place, as a remedy; the last one, "" without any.
func (r *Config) undefinedAt(place string) string {
	for _, s := range slices.Backward(r.undefined) {
		if s.place == place {
			return s.String()
		}
	}
	return ""
}

// undefinedPreset returns the remedy for a preset that the newest sync means and does not have.
func (r *Config) undefinedPreset() string {
	for _, s := range slices.Backward(r.undefined) {
		if strings.HasPrefix(s.name, "default.") {
			return s.String()
		}
	}
	return ""
}
