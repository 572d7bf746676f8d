package values

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lsyncgo/engine/printable"
	"lsyncgo/engine/spelling"
	"lsyncgo/lua/lua53"

	glua "github.com/yuin/gopher-lua"
)

// What is shown of a table and those in it: entries of one, entries in all, and how deep.
const (
	maxShown    = 1000
	maxShownAll = 20_000
	maxDepth    = 6
	// maxSorted is how many entries a table may have whose keys are sorted to be shown.
	maxSorted = 100_000
)

// Readable turns any Lua value into text for a log. A string stands for itself.
func Readable(L *glua.LState, v glua.LValue) string {
	if s, ok := v.(glua.LString); ok {
		return string(s)
	}
	return Shown(L, v)
}

// Shown turns any Lua value into text, a string in quotes.
func Shown(L *glua.LState, v glua.LValue) string {
	var b strings.Builder
	left := maxShownAll
	writeValue(L, &b, v, 0, &left)
	return b.String()
}

// writeValue writes a value; left is how many entries of tables may still be shown.
func writeValue(L *glua.LState, b *strings.Builder, v glua.LValue, depth int, left *int) {
	switch v := v.(type) {
	case glua.LString:
		lua53.Room(L, 2*b.Len()+4*len(v)) // a byte may take four
		b.WriteString(printable.Quote(string(v)))
	case *glua.LFunction:
		b.WriteString(describeFunction(v))
	case *glua.LTable:
		if name, ok := ownName(L, v); ok {
			b.WriteString(name)
			return
		}
		writeTable(L, b, v, depth, left)
	case *glua.LUserData:
		if name, ok := ownName(L, v); ok {
			b.WriteString(name)
			return
		}
		b.WriteString("userdata")
	default:
		b.WriteString(v.String())
	}
}

// ownName asks a value's __tostring; a faulty one is as if there were none.
func ownName(L *glua.LState, v glua.LValue) (string, bool) {
	fn := L.GetMetaField(v, "__tostring")
	if fn == glua.LNil {
		return "", false
	}
	L.Push(fn)
	L.Push(v)
	if err := lua53.PCall(L, 1, 1); err != nil {
		return "", false
	}
	defer L.Pop(1)
	return L.Get(-1).String(), true
}

func writeTable(L *glua.LState, b *strings.Builder, t *glua.LTable, depth int, left *int) {
	lua53.Fill(L, t)
	if depth >= maxDepth {
		b.WriteString("{...}")
		return
	}
	b.WriteByte('{')
	separator, shown := " ", 0
	entry := func(key string, v glua.LValue) {
		if shown++; shown > maxShown || *left <= 0 {
			return
		}
		*left--
		b.WriteString(separator)
		separator = ", "
		if key != "" {
			b.WriteString(key + " = ")
		}
		writeValue(L, b, v, depth+1, left)
	}
	n := t.Len()
	for i := 1; i <= n && shown < maxShown; i++ {
		entry("", t.RawGetInt(i))
	}
	for _, k := range keysToShow(t) {
		if i, ok := k.(glua.LNumber); ok && i >= 1 && int(i) <= n && glua.LNumber(int(i)) == i {
			continue
		}
		entry(KeyText(k), t.RawGet(k))
	}
	if shown > maxShown || *left <= 0 {
		b.WriteString(", ...")
	}
	if separator == ", " {
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

// keysToShow returns a table's keys in order; of a large table some, in any order.
func keysToShow(t *glua.LTable) (list []glua.LValue) {
	n := 0
	t.ForEach(func(k, _ glua.LValue) {
		if n++; n <= maxShown {
			list = append(list, k)
		}
	})
	if n <= maxSorted {
		return SortedKeys(t)
	}
	return list
}

// KeyText writes a table's key as a script does: name, or [key] in brackets.
func KeyText(k glua.LValue) string {
	if s, ok := k.(glua.LString); ok {
		if IsName(string(s)) {
			return string(s)
		}
		return "[" + printable.Quote(string(s)) + "]"
	}
	return "[" + k.String() + "]"
}

// IsName reports whether s can stand as a name in Lua.
func IsName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// SortedKeys returns a table's keys: numbers first, then names, then the rest.
func SortedKeys(t *glua.LTable) []glua.LValue {
	var list []glua.LValue
	t.ForEach(func(k, _ glua.LValue) { list = append(list, k) })
	rank := func(v glua.LValue) int {
		switch v.(type) {
		case glua.LNumber:
			return 0
		case glua.LString:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b glua.LValue) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		switch a := a.(type) {
		case glua.LNumber:
			if a < b.(glua.LNumber) {
				return -1
			}
			return 1
		case glua.LString:
			return strings.Compare(string(a), string(b.(glua.LString)))
		}
		if x, ok := a.(glua.LBool); ok && b.Type() == glua.LTBool && x != b.(glua.LBool) {
			return cmp.Compare(x.String(), b.String()) // false before true
		}
		return 0
	})
	return list
}

func describeFunction(f *glua.LFunction) string {
	if f.IsG {
		return "function"
	}
	return "function " + f.Proto.SourceName + ":" + strconv.Itoa(f.Proto.LineDefined)
}

// Describe names a value in messages, with its type.
func Describe(v glua.LValue) string {
	switch v := v.(type) {
	case *glua.LNilType:
		return "nil"
	case glua.LBool, glua.LNumber:
		return v.String()
	case glua.LString:
		return printable.Quote(string(v))
	default:
		return "a " + v.Type().String()
	}
}

// Hint returns `; did you mean "x"?` if a known name is near, else nothing.
func Hint(name string, known []string) string {
	if near := spelling.Nearest(name, known); near != "" {
		return `; did you mean "` + near + `"?`
	}
	return ""
}

// RemedyFor says what to do about an unknown name of a fixed set.
func RemedyFor(name string, known []string) string {
	if near := spelling.Nearest(name, known); near != "" {
		return `did you mean "` + near + `"?`
	}
	return "known are: " + strings.Join(known, " ")
}
