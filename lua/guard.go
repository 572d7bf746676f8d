package lua

import (
	"errors"
	"fmt"
	"math"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/inventory"
	"lsyncgo/lua/values"
)

// guardOf reads a value of guard: a table with maxDelete, or false for none.
func guardOf(v glua.LValue) (*inventory.Limit, error) {
	t, ok := v.(*glua.LTable)
	switch {
	case v == glua.LFalse:
		return nil, nil
	case !ok:
		return nil, fmt.Errorf("must be a table, not %s", values.Describe(v))
	}
	for _, k := range values.SortedKeys(t) {
		if k != glua.LString("maxDelete") && t.RawGet(k) != glua.LNil {
			return nil, fmt.Errorf("holds %s, and knows only maxDelete", values.Describe(k))
		}
	}
	return maxDeleteOf(t.RawGetString("maxDelete"))
}

func maxDeleteOf(v glua.LValue) (*inventory.Limit, error) {
	switch v := v.(type) {
	case glua.LString:
		if l, err := inventory.ParsePercent(string(v)); err == nil {
			return l, nil
		}
	case glua.LNumber:
		if n := float64(v); n >= 0 && n == math.Floor(n) && n <= math.MaxInt32 {
			return inventory.Entries(int(n)), nil
		}
	case *glua.LNilType:
		return nil, errors.New("has no maxDelete")
	}
	return nil, fmt.Errorf(`maxDelete must be more than "0%%" and at most "100%%", or a number of entries, 0 or more, not %s`, values.Describe(v))
}

// maxDelete is the sync's own limit, or that of settings.
func (s *script) maxDelete(settings *Settings) *inventory.Limit {
	v := s.table.RawGetString("guard")
	if v == glua.LNil {
		return settings.MaxDelete
	}
	limit, err := guardOf(v)
	if err != nil {
		s.problem(`write guard = { maxDelete = "50%" }, or guard = false`, "guard: %v", err)
	}
	return limit
}
