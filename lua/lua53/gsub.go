package lua53

import (
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/lua53/pattern"
)

func stringGsub(L *glua.LState) int {
	s, pat := checkString(L, 1), checkString(L, 2)
	replace := replacer(L, 3)
	limit := optInt(L, 4, len(s)+1)
	m, anchored := newMatcher(L, s, pat)
	out := newBuilder(L)
	at, last, count := 0, -1, 0
	for count < limit {
		end, ok, err := m.At(at)
		raise(L, err)
		switch {
		case ok && end != last:
			count++
			replace(out, m, at, end)
			at, last = end, end
		case at < len(s):
			out.addByte(s[at])
			at++
		default:
			limit = 0
		}
		if anchored {
			break
		}
	}
	out.add(s[min(at, len(s)):])
	return push(L, glua.LString(out.String()), glua.LNumber(count))
}

// replacer returns what writes the replacement for one match, according to argument n.
func replacer(L *glua.LState, n int) func(out *builder, m *pattern.Matcher, from, to int) {
	switch repl := L.Get(n).(type) {
	case glua.LString, glua.LNumber:
		text := checkString(L, n)
		return func(out *builder, m *pattern.Matcher, from, to int) { expand(L, out, text, m, from, to) }
	case *glua.LTable:
		return func(out *builder, m *pattern.Matcher, from, to int) {
			writeValue(L, out, L.GetTable(repl, capture(L, m, 0, from, to)), m, from, to)
		}
	case *glua.LFunction:
		limiter := LimiterOf(L)
		return func(out *builder, m *pattern.Matcher, from, to int) {
			L.Push(repl)
			limiter.call(L, pushCaptures(L, m, max(m.Captures(), 1), from, to), 1)
			v := L.Get(-1)
			L.Pop(1)
			writeValue(L, out, v, m, from, to)
		}
	}
	argError(L, n, "string/function/table expected")
	return nil
}

// expand writes a replacement string with its %0 to %9 and %%.
func expand(L *glua.LState, out *builder, text string, m *pattern.Matcher, from, to int) {
	for {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			out.add(text)
			return
		}
		out.add(text[:i])
		if text = text[i+1:]; text == "" {
			raise(L, errReplacement)
		}
		c := text[0]
		text = text[1:]
		switch {
		case c == '%':
			out.addByte('%')
		case c == '0':
			out.add(m.Subject()[from:to])
		case '1' <= c && c <= '9':
			t, _ := toText(capture(L, m, int(c-'1'), from, to))
			out.add(t)
		default:
			raise(L, errReplacement)
		}
	}
}

const errReplacement = pattern.Error("invalid use of '%' in replacement string")

// writeValue writes what a table or function gave; nil and false keep the match.
func writeValue(L *glua.LState, out *builder, v glua.LValue, m *pattern.Matcher, from, to int) {
	if !glua.LVAsBool(v) {
		out.add(m.Subject()[from:to])
		return
	}
	t, ok := toText(v)
	if !ok {
		L.RaiseError("invalid replacement value (a %s)", v.Type())
	}
	out.add(t)
}
