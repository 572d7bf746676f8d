package lua

import (
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// No argument of a program, no file name and no variable of an environment can hold a zero byte, where the kernel
// takes them to end. What has one is refused where it is written: later it could only be an odd end of a child.

// hasZero reports whether a text has a zero byte.
func hasZero(text string) bool { return strings.IndexByte(text, 0) >= 0 }

// withoutZero raises an error if a text that a script gives for something has a zero byte.
func withoutZero(L *glua.LState, what, text string) string {
	if hasZero(text) {
		L.RaiseError("%s has a zero byte in it, which ends a text for the kernel: %s; lists that are parted by zero bytes are the input of a child, spawn(event, program, \"<\", list)",
			what, describeValue(glua.LString(text)))
	}
	return text
}

// passedOn are the keys of a sync whose texts, and those in their tables, become arguments and paths.
var passedOn = []string{"source", "target", "host", "targetdir", "rsync", "ssh", "rsyncOpts"}

// checkZeros refuses zero bytes in them.
func (s *script) checkZeros() {
	for _, key := range passedOn {
		if zeroIn(s.table.RawGetString(key), 0) {
			s.table.RawSetString(key, glua.LNil)
			s.problem("remove it", "%s has a zero byte in it, which no program can be given", key)
		}
	}
}

// zeroIn reports whether a text in a value has a zero byte.
func zeroIn(v glua.LValue, depth int) bool {
	switch v := v.(type) {
	case glua.LString:
		return hasZero(string(v))
	case *glua.LTable:
		return depth < maxNesting && slices.ContainsFunc(sortedKeys(v), func(k glua.LValue) bool {
			return zeroIn(k, depth+1) || zeroIn(v.RawGet(k), depth+1)
		})
	}
	return false
}
