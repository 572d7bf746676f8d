package dialect

import (
	"errors"
	"regexp"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

var placePrefix = regexp.MustCompile(`(?s)^(\[string "[^\n]*"\]:\d+|[^\n]+?:\d+):\s*(.*)$`)

// MaybeMisspelt ends the message about a call of nil, for those who know no better reason.
const MaybeMisspelt = " (nil, if the name is misspelt)"

// phrases turn gopher-lua's messages into those of Lua, or into ones that help.
var phrases = []struct {
	find    *regexp.Regexp
	replace string
}{
	{regexp.MustCompile(`attempt to index a non-table object\((\w+)\) with key '(.*)'`),
		"attempt to index a $1 value (key '$2')"},
	{regexp.MustCompile(`^attempt to call a non-function object$`),
		"attempt to call a value that is not a function" + MaybeMisspelt},
	{regexp.MustCompile(`^cannot perform (\w+) operation between (\w+) and (\w+)$`),
		"attempt to perform arithmetic ($1) on $2 and $3"},
	{regexp.MustCompile(`^__len undefined$`), "attempt to get the length of a value that has none"},
	{regexp.MustCompile(`^__unm undefined$`), "attempt to negate a value that is not a number"},
	{regexp.MustCompile(`^registry overflow$`),
		"stack overflow (too many values at once: endless recursion, or a call with very many arguments)"},
}

// Describe takes an error of Compile, LoadFile or LState.PCall apart for showing it. place is "file:line", or empty
// when unknown; msg is the message without it; traceback is the Lua stack, or empty. internal tells that Go code
// panicked: that is a fault of this program, not of the script, and traceback then has the Go stack too.
func Describe(err error) (place, msg, traceback string, internal bool) {
	if err == nil {
		return "", "", "", false
	}
	text := err.Error()
	var ae *glua.ApiError
	if errors.As(err, &ae) {
		text, traceback = objectText(ae.Object), ae.StackTrace
		if ae.Type == glua.ApiErrorPanic {
			return "", text, traceback, true
		}
	}
	if m := placePrefix.FindStringSubmatch(text); m != nil {
		place, text = m[1], m[2]
	}
	text = strings.TrimSpace(text)
	for _, p := range phrases {
		text = p.find.ReplaceAllString(text, p.replace)
	}
	return place, text, traceback, false
}

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
