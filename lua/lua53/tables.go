package lua53

import (
	"sort"

	glua "github.com/yuin/gopher-lua"
)

// maxResults bounds the values one call may return: they all go to the state's registry of 1<<20.
const maxResults = 500_000

// askEvery is how many elements a loop in Go handles between two looks at the context.
const askEvery = 1 << 12

var tableFuncs = map[string]glua.LGFunction{
	"concat": tableConcat,
	"insert": tableInsert,
	"move":   tableMove,
	"pack":   tablePack,
	"remove": tableRemove,
	"sort":   tableSort,
	"unpack": tableUnpack,
}

// list reads and writes the elements of a table, through its metamethods if it has a metatable.
type list struct {
	L *glua.LState
	t *glua.LTable
}

func checkList(L *glua.LState, n int) list { return list{L, checkTable(L, n)} }

func (l list) raw() bool { return l.t.Metatable == glua.LNil }

func (l list) len() int {
	if l.raw() {
		return l.t.Len()
	}
	return l.L.ObjLen(l.t)
}

func (l list) get(i int) glua.LValue {
	if v := l.t.RawGetInt(i); v != glua.LNil || l.raw() && i > 0 && i < glua.MaxArrayIndex {
		return v
	}
	return l.L.GetTable(l.t, glua.LNumber(i))
}

func (l list) set(i int, v glua.LValue) {
	if l.raw() {
		l.t.RawSetInt(i, v)
		return
	}
	l.L.SetTable(l.t, glua.LNumber(i), v)
}

// tableConcat writes to a buffer: gopher-lua's own pushes every element on the registry and overflows it.
func tableConcat(L *glua.LState) int {
	l, sep := checkList(L, 1), optString(L, 2, "")
	i, j := optInt(L, 3, 1), optInt(L, 4, l.len())
	out := newBuilder(L)
	for k := i; k <= j; k++ {
		if k&(askEvery-1) == 0 {
			interrupt(L)
		}
		v := l.get(k)
		s, ok := toText(v)
		if !ok {
			L.RaiseError("invalid value (%s) at index %d in table for 'concat'", v.Type(), k)
		}
		out.add(s)
		if k == j {
			break // the largest integer has no successor
		}
		out.add(sep)
	}
	return out.push()
}

func tableInsert(L *glua.LState) int {
	l := checkList(L, 1)
	end := l.len() + 1
	switch L.GetTop() {
	case 2:
		l.set(end, L.Get(2))
	case 3:
		pos := checkInt(L, 2)
		if pos < 1 || pos > end {
			argError(L, 2, "position out of bounds")
		}
		for i := end; i > pos; i-- {
			if i&(askEvery-1) == 0 {
				interrupt(L)
			}
			l.set(i, l.get(i-1))
		}
		l.set(pos, L.Get(3))
	default:
		L.RaiseError("wrong number of arguments to 'insert'")
	}
	return 0
}

func tableRemove(L *glua.LState) int {
	l := checkList(L, 1)
	size := l.len()
	pos := optInt(L, 2, size)
	if pos != size && (pos < 1 || pos > size+1) {
		argError(L, 1, "position out of bounds")
	}
	if l.raw() && 1 <= pos && pos <= size && size <= l.t.MaxN() {
		return push(L, l.t.Remove(pos)) // shortens the array, so that # stays cheap
	}
	v := l.get(pos)
	for ; pos < size; pos++ {
		if pos&(askEvery-1) == 0 {
			interrupt(L)
		}
		l.set(pos, l.get(pos+1))
	}
	l.set(pos, glua.LNil)
	return push(L, v)
}

func tableMove(L *glua.LState) int {
	from := checkList(L, 1)
	first, last, target := checkInt(L, 2), checkInt(L, 3), checkInt(L, 4)
	to := from
	if L.Get(5) != glua.LNil {
		to = checkList(L, 5)
	}
	n := last - first + 1
	if last >= first && n <= 0 {
		argError(L, 3, "too many elements to move")
	}
	backwards := target > first && target <= last && to.t == from.t
	for k := range max(n, 0) {
		if k&(askEvery-1) == 0 {
			interrupt(L)
		}
		i := k
		if backwards {
			i = n - 1 - k
		}
		to.set(target+i, from.get(first+i))
	}
	return push(L, to.t)
}

func tablePack(L *glua.LState) int {
	n := L.GetTop()
	room(L, n*slotSize)
	t := L.CreateTable(n, 1)
	for i := 1; i <= n; i++ {
		t.RawSetInt(i, L.Get(i))
	}
	t.RawSetString("n", glua.LNumber(n))
	return push(L, t)
}

func tableUnpack(L *glua.LState) int {
	l := checkList(L, 1)
	i := optInt(L, 2, 1)
	var j int
	if L.Get(3) == glua.LNil {
		j = l.len()
	} else {
		j = checkInt(L, 3)
	}
	if i > j {
		return 0
	}
	if n := j - i; n < 0 || n >= maxResults {
		L.RaiseError("too many results to unpack (limit %d): go through the table with a loop", maxResults)
	}
	for k := range j - i + 1 {
		L.Push(l.get(i + k))
	}
	return j - i + 1
}

// sorter sorts a copy, so that an order function that raises an error or changes the table does no harm. An
// inconsistent one gives some order: Go's sort stays within bounds whatever Less says.
type sorter struct {
	L        *glua.LState
	values   []glua.LValue
	less     glua.LValue // nil: <
	compared int
}

func (s *sorter) Len() int      { return len(s.values) }
func (s *sorter) Swap(i, j int) { s.values[i], s.values[j] = s.values[j], s.values[i] }

func (s *sorter) Less(i, j int) bool {
	if s.compared++; s.compared%askEvery == 0 {
		interrupt(s.L)
	}
	if s.less == glua.LNil {
		return s.L.LessThan(s.values[i], s.values[j])
	}
	return glua.LVAsBool(call(s.L, s.less, s.values[i], s.values[j]))
}

func tableSort(L *glua.LState) int {
	l := checkList(L, 1)
	less := L.Get(2)
	if less != glua.LNil {
		checkFunction(L, 2)
	}
	size := l.len()
	if size < 2 {
		return 0
	}
	if size >= glua.MaxArrayIndex {
		argError(L, 1, "array too big")
	}
	room(L, size*slotSize)
	s := &sorter{L: L, values: make([]glua.LValue, size), less: less}
	for i := range s.values {
		if i&(askEvery-1) == 0 {
			interrupt(L)
		}
		s.values[i] = l.get(i + 1)
	}
	sort.Sort(s)
	for i, v := range s.values {
		if i&(askEvery-1) == 0 {
			interrupt(L)
		}
		l.set(i+1, v)
	}
	return 0
}
