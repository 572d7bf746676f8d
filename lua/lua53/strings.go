package lua53

import (
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/lua53/pattern"
)

// maxString bounds what string.rep may build, in bytes.
const maxString = 1 << 30

var stringFuncs = map[string]glua.LGFunction{
	"byte":    stringByte,
	"char":    stringChar,
	"find":    func(L *glua.LState) int { return search(L, true) },
	"format":  stringFormat,
	"gfind":   stringGmatch,
	"gmatch":  stringGmatch,
	"gsub":    stringGsub,
	"len":     func(L *glua.LState) int { return push(L, glua.LNumber(len(checkString(L, 1)))) },
	"lower":   func(L *glua.LState) int { return flipCase(L, 'A', 'Z') },
	"match":   func(L *glua.LState) int { return search(L, false) },
	"rep":     stringRep,
	"reverse": stringReverse,
	"sub":     stringSub,
	"upper":   func(L *glua.LState) int { return flipCase(L, 'a', 'z') },
}

// flipCase changes the case of the ASCII letters from lo to hi; other bytes belong to names in any encoding.
func flipCase(L *glua.LState, lo, hi byte) int {
	s := checkString(L, 1)
	room(L, 2*len(s))
	b := []byte(s)
	for i, c := range b {
		if lo <= c && c <= hi {
			b[i] = c ^ 0x20
		}
	}
	return push(L, glua.LString(b))
}

func stringRep(L *glua.LState) int {
	s, n, sep := checkString(L, 1), checkInt(L, 2), optString(L, 3, "")
	if n <= 0 {
		return push(L, glua.LString(""))
	}
	unit := len(s) + len(sep)
	if unit > 0 && n > maxString/unit {
		L.RaiseError("resulting string too large")
	}
	interrupt(L)
	room(L, unit*n)
	if sep == "" {
		return push(L, glua.LString(strings.Repeat(s, n)))
	}
	all := newBuilder(L)
	all.grow(unit * n)
	for range n - 1 {
		all.add(s)
		all.add(sep)
	}
	all.add(s)
	return all.push()
}

func stringReverse(L *glua.LState) int {
	s := checkString(L, 1)
	room(L, 2*len(s))
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	return push(L, glua.LString(b))
}

// span resolves the positions i and j, negative ones counting from the end, to the half open range they denote.
func span(i, j, length int) (from, to int) {
	if i < 0 {
		i = max(length+i+1, 1)
	}
	if j < 0 {
		j = length + j + 1
	}
	from, to = max(i, 1)-1, min(j, length)
	if from >= to {
		return 0, 0
	}
	return from, to
}

func stringSub(L *glua.LState) int {
	s := checkString(L, 1)
	from, to := span(checkInt(L, 2), optInt(L, 3, -1), len(s))
	return push(L, glua.LString(s[from:to]))
}

func stringByte(L *glua.LState) int {
	s := checkString(L, 1)
	i := optInt(L, 2, 1)
	from, to := span(i, optInt(L, 3, i), len(s))
	if to-from > maxResults {
		L.RaiseError("string slice too long")
	}
	for _, c := range []byte(s[from:to]) {
		L.Push(glua.LNumber(c))
	}
	return to - from
}

func stringChar(L *glua.LState) int {
	b := make([]byte, L.GetTop())
	for i := range b {
		c := checkInt(L, i+1)
		if c < 0 || c > 255 {
			argError(L, i+1, "value out of range")
		}
		b[i] = byte(c)
	}
	return push(L, glua.LString(b))
}

// startAt resolves the init argument n, a position that may be negative, to a byte offset.
func startAt(L *glua.LState, n, length int) int {
	i := optInt(L, n, 1)
	if i < 0 {
		i += length + 1
	}
	return max(i, 1) - 1
}

// search is string.find and string.match.
func search(L *glua.LState, find bool) int {
	s, pat := checkString(L, 1), checkString(L, 2)
	start := startAt(L, 3, len(s))
	if start > len(s) {
		return push(L, glua.LNil)
	}
	if find && (glua.LVAsBool(L.Get(4)) || pattern.IsPlain(pat)) {
		i := strings.Index(s[start:], pat)
		if i < 0 {
			return push(L, glua.LNil)
		}
		return push(L, glua.LNumber(start+i+1), glua.LNumber(start+i+len(pat)))
	}
	m, anchored := newMatcher(L, s, pat)
	from, to, ok, err := start, 0, false, error(nil)
	if anchored {
		to, ok, err = m.At(start)
	} else {
		from, to, ok, err = m.Find(start)
	}
	raise(L, err)
	switch {
	case !ok:
		return push(L, glua.LNil)
	case find:
		return push(L, glua.LNumber(from+1), glua.LNumber(to)) + pushCaptures(L, m, m.Captures(), from, to)
	}
	return pushCaptures(L, m, max(m.Captures(), 1), from, to)
}

func newMatcher(L *glua.LState, s, pat string) (m *pattern.Matcher, anchored bool) {
	pat, anchored = strings.CutPrefix(pat, "^")
	return pattern.New(s, pat, interrupted(L)), anchored
}

func raise(L *glua.LState, err error) {
	if err != nil {
		L.RaiseError("%s", err)
	}
}

func capture(L *glua.LState, m *pattern.Matcher, i, from, to int) glua.LValue {
	text, pos, err := m.Capture(i, from, to)
	raise(L, err)
	if pos > 0 {
		return glua.LNumber(pos)
	}
	return glua.LString(text)
}

func pushCaptures(L *glua.LState, m *pattern.Matcher, n, from, to int) int {
	for i := range n {
		L.Push(capture(L, m, i, from, to))
	}
	return n
}

// stringGmatch takes a ^ for an ordinary character, as Lua 5.3 does.
func stringGmatch(L *glua.LState) int {
	s, pat := checkString(L, 1), checkString(L, 2)
	m := pattern.New(s, pat, interrupted(L))
	next, last := 0, -1
	return push(L, L.NewFunction(func(L *glua.LState) int {
		for next <= len(s) {
			from, to, ok, err := m.Find(next)
			raise(L, err)
			if !ok {
				break
			}
			if to == last { // an empty match where the last one ended
				next = from + 1
				continue
			}
			next, last = to, to
			return pushCaptures(L, m, max(m.Captures(), 1), from, to)
		}
		next = len(s) + 1
		return push(L, glua.LNil)
	}))
}
