package schema

import (
	"errors"
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/values"
)

// Meant is the error about a value that Lsyncd takes although another one should be written: it is taken here, too, with a
// warning. A config that has worked for years must not keep the daemon from its start.
type Meant struct {
	Given glua.LValue
	Value glua.LValue // what it counts as; LNil: as not set
	as    string      // what comes of it in words, if "counts as" does not say enough
	write string      // what to write instead, if that is not the value it counts as
}

// Error says what the value counts as.
func (m *Meant) Error() string {
	switch {
	case m.as != "":
		return m.as
	case m.Value == glua.LNil:
		return values.Describe(m.Given) + " counts as not set"
	}
	return fmt.Sprintf("%s counts as %s", values.Describe(m.Given), values.Describe(m.Value))
}

// Advice says what to write for key, which may be in a table like rsync.archive, instead.
func (m *Meant) Advice(key string) string {
	key = key[strings.LastIndexByte(key, '.')+1:]
	switch {
	case m.write != "":
		return "write " + key + " = " + m.write
	case m.Value == glua.LNil:
		return "remove it"
	case m.Value == glua.LTrue && m.Given.Type() == glua.LTString:
		return fmt.Sprintf("write %s = true, or %s = false: to Lua every text is true", key, key)
	}
	return fmt.Sprintf("write %s = %s", key, values.Describe(m.Value))
}

// Taken reports whether a value is taken, although err may be a warning about it.
func Taken(err error) bool {
	if _, ok := errors.AsType[*Meant](err); ok || err == nil {
		return true
	}
	within, ok := errors.AsType[Findings](err)
	return ok && !within.Faulty()
}
