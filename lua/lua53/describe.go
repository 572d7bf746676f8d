package lua53

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	glua "github.com/yuin/gopher-lua"
)

var placePrefix = regexp.MustCompile(`(?s)^(\[string "[^\n]*"\]:\d+|[^\n]+?:\d+):\s*(.*)$`)

// MaybeMisspelt ends the message about a call of nil, for those who know no better reason.
const MaybeMisspelt = " (nil, if the name is misspelt)"

// phrase turns a message of gopher-lua into that of Lua, or into one that helps.
type phrase struct {
	find    *regexp.Regexp
	replace string
}

// phrases are compiled when a script first fails.
var phrases = sync.OnceValue(func() (list []phrase) {
	for _, p := range [][2]string{
		{`attempt to index a non-table object\((\w+)\) with key '(.*)'`,
			"attempt to index a $1 value (key '$2')"},
		{`^attempt to call a non-function object$`,
			"attempt to call a value that is not a function" + MaybeMisspelt},
		{`^cannot perform (\w+) operation between (\w+) and (\w+)$`,
			"attempt to perform arithmetic ($1) on $2 and $3"},
		{`^__len undefined$`, "attempt to get the length of a value that has none"},
		{`^__unm undefined$`, "attempt to negate a value that is not a number"},
		{`^lua callstack overflow$`, stackOverflow}, // from within a coroutine
		{`^registry overflow$`,
			"stack overflow (too many values at once: endless recursion, or a call with very many arguments)"},
	} {
		list = append(list, phrase{regexp.MustCompile(p[0]), p[1]})
	}
	return list
})

// Describe takes an error of Compile, LoadFile or LState.PCall apart for showing it. place is "file:line", or empty
// when unknown; msg is the message without it; traceback is the Lua stack, or empty. goStack is not empty if Go code
// panicked: that is a fault of this program, not of the script.
func Describe(err error) (place, msg, traceback, goStack string) {
	if err == nil {
		return "", "", "", ""
	}
	text := err.Error()
	var ae *glua.ApiError
	if errors.As(err, &ae) {
		text, traceback = objectText(ae.Object), ae.StackTrace
		if ae.Type == glua.ApiErrorPanic {
			place, traceback, goStack = takeApart(ae.StackTrace)
			if isOverflow(ae) {
				return place, stackOverflow, traceback, ""
			}
			return place, text, traceback, goStack
		}
	}
	if m := placePrefix.FindStringSubmatch(text); m != nil {
		place, text = m[1], m[2]
	}
	text = strings.TrimSpace(text)
	for _, p := range phrases() {
		text = p.find.ReplaceAllString(text, p.replace)
	}
	return place, text, traceback, ""
}

const stackOverflow = "stack overflow (endless recursion?)"

// isOverflow tells the panic of a call stack that is full from faults of this program: gopher-lua's check is off by one.
func isOverflow(e *glua.ApiError) bool {
	return e.Type == glua.ApiErrorPanic && e.Object == glua.LString("lua callstack overflow")
}

// takeApart separates the Go stack of a panic from the Lua stack behind it, of which place is the innermost.
func takeApart(stack string) (place, traceback, goStack string) {
	const header = "stack traceback:"
	goStack, traceback, _ = strings.Cut(stack, header)
	for line := range strings.SplitSeq(traceback, "\n") {
		if m := framePlace.FindStringSubmatch(line); m != nil {
			place = m[1]
			break
		}
	}
	return place, header + traceback, goStack
}

var framePlace = regexp.MustCompile(`^\t([^\n]+?:\d+): `)

// objectText is the message in an error value. Tables often carry it in a field.
func objectText(v glua.LValue) string {
	if s, ok := toText(v); ok {
		return s
	}
	if t, ok := v.(*glua.LTable); ok {
		for _, field := range []string{"message", "msg", "error"} {
			if s, ok := toText(t.RawGetString(field)); ok {
				return s
			}
		}
	}
	return "(error object is a " + v.Type().String() + " value)"
}
