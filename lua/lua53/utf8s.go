package lua53

import (
	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/lua53/translate"
)

const (
	maxUnicode  = 0x10FFFF
	charPattern = "[\x00-\x7F\xC2-\xF4][\x80-\xBF]*"
)

var utf8Funcs = map[string]glua.LGFunction{
	"char":      utf8Char,
	"codepoint": utf8Codepoint,
	"codes":     utf8Codes,
	"len":       utf8Len,
	"offset":    utf8Offset,
}

// decode reads the character at the start of s. Lua takes surrogates for characters, unlike package utf8. size is 0 if
// s does not start with one.
func decode(s string) (code, size int) {
	if s == "" {
		return 0, 0
	}
	c := int(s[0])
	switch {
	case c < 0x80:
		return c, 1
	case c < 0xC0 || c >= 0xF8:
		return 0, 0
	case c < 0xE0:
		code, size = c&0x1F, 2
	case c < 0xF0:
		code, size = c&0x0F, 3
	default:
		code, size = c&0x07, 4
	}
	if len(s) < size {
		return 0, 0
	}
	for i := 1; i < size; i++ {
		if !continues(s[i]) {
			return 0, 0
		}
		code = code<<6 | int(s[i]&0x3F)
	}
	if code > maxUnicode || code < [5]int{2: 0x80, 3: 0x800, 4: 0x10000}[size] {
		return 0, 0
	}
	return code, size
}

func continues(c byte) bool { return c&0xC0 == 0x80 }

func utf8Char(L *glua.LState) int {
	all := newBuilder(L)
	for i := 1; i <= L.GetTop(); i++ {
		code := checkInt(L, i)
		if code < 0 || code > maxUnicode {
			argError(L, i, "value out of range")
		}
		all.addBytes(translate.Encode(code))
	}
	return all.push()
}

// checkPosition reads argument n, a byte position that may count from the end.
func checkPosition(L *glua.LState, n, absent, length int) int {
	i := optInt(L, n, absent)
	if i < 0 {
		i = max(length+i+1, 0)
	}
	return i
}

func utf8Codepoint(L *glua.LState) int {
	s := checkString(L, 1)
	i := checkPosition(L, 2, 1, len(s))
	j := checkPosition(L, 3, i, len(s))
	if i < 1 {
		argError(L, 2, "out of range")
	}
	if j > len(s) {
		argError(L, 3, "out of range")
	}
	n := 0
	for at := i - 1; at < j; n++ {
		code, size := decode(s[at:])
		if size == 0 {
			L.RaiseError("invalid UTF-8 code")
		}
		if n >= maxResults {
			L.RaiseError("string slice too long")
		}
		L.Push(glua.LNumber(code))
		at += size
	}
	return n
}

func utf8Codes(L *glua.LState) int {
	s := checkString(L, 1)
	iterate := func(L *glua.LState) int {
		at := checkInt(L, 2)
		for at > 0 && at < len(s) && continues(s[at]) {
			at++
		}
		if at >= len(s) {
			return push(L, glua.LNil)
		}
		code, size := decode(s[at:])
		if size == 0 || at+size < len(s) && continues(s[at+size]) {
			L.RaiseError("invalid UTF-8 code")
		}
		return push(L, glua.LNumber(at+1), glua.LNumber(code))
	}
	return push(L, L.NewFunction(iterate), L.Get(1), glua.LNumber(0))
}

func utf8Len(L *glua.LState) int {
	s := checkString(L, 1)
	i := checkPosition(L, 2, 1, len(s))
	j := checkPosition(L, 3, -1, len(s))
	if i < 1 || i > len(s)+1 {
		argError(L, 2, "initial position out of string")
	}
	if j > len(s) {
		argError(L, 3, "final position out of string")
	}
	n := 0
	for at := i - 1; at < j; n++ {
		_, size := decode(s[at:])
		if size == 0 {
			return push(L, glua.LNil, glua.LNumber(at+1))
		}
		at += size
	}
	return push(L, glua.LNumber(n))
}

// utf8Offset finds the byte position of the n-th character counted from byte i.
func utf8Offset(L *glua.LState) int {
	s, n := checkString(L, 1), checkInt(L, 2)
	absent := 1
	if n < 0 {
		absent = len(s) + 1
	}
	at := checkPosition(L, 3, absent, len(s)) - 1
	if at < 0 || at > len(s) {
		argError(L, 3, "position out of range")
	}
	inside := func(i int) bool { return i < len(s) && continues(s[i]) }
	if n == 0 {
		for at > 0 && inside(at) {
			at--
		}
		return push(L, glua.LNumber(at+1))
	}
	if inside(at) {
		L.RaiseError("initial position is a continuation byte")
	}
	if n < 0 {
		for ; n < 0 && at > 0; n++ {
			at--
			for at > 0 && inside(at) {
				at--
			}
		}
	} else {
		for n--; n > 0 && at < len(s); n-- {
			at++
			for inside(at) {
				at++
			}
		}
	}
	if n == 0 {
		return push(L, glua.LNumber(at+1))
	}
	return push(L, glua.LNil)
}
