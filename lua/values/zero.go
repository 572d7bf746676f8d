package values

import (
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// No argument of a program, no file name and no variable of an environment can hold a zero byte, where the kernel
// takes them to end. What has one is refused where it is written: later it could only be an odd end of a child.

// HasZero reports whether a text has a zero byte.
func HasZero(text string) bool { return strings.IndexByte(text, 0) >= 0 }

// WithoutZero raises an error if a text that a script gives for something has a zero byte.
func WithoutZero(L *glua.LState, what, text string) string {
	if HasZero(text) {
		L.RaiseError("%s has a zero byte in it, which ends a text for the kernel: %s; lists that are parted by zero bytes are the input of a child, spawn(event, program, \"<\", list)",
			what, Describe(glua.LString(text)))
	}
	return text
}

// ZeroIn reports whether a text in a value has a zero byte.
func ZeroIn(v glua.LValue, depth int) bool {
	switch v := v.(type) {
	case glua.LString:
		return HasZero(string(v))
	case *glua.LTable:
		return depth < MaxNesting && slices.ContainsFunc(SortedKeys(v), func(k glua.LValue) bool {
			return ZeroIn(k, depth+1) || ZeroIn(v.RawGet(k), depth+1)
		})
	}
	return false
}
