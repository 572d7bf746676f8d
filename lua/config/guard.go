package config

import (
	"math"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/inventory"
	"lsyncgo/lua/schema"
)

// guardTable is the table guard; its zero value is guard = false.
type guardTable struct{ maxDelete *inventory.Limit }

const guardExample = `{ maxDelete = "50%" }`

// guardKind takes it, for settings and for a sync.
var guardKind = schema.Or(schema.Within("a table", &schema.Table[guardTable]{Keys: []schema.Key[guardTable]{{
	Name:     "maxDelete",
	Value:    schema.To(schema.Custom(`more than "0%" and at most "100%", or a number of entries, 0 or more`, maxDeleteOf), func(g *guardTable) **inventory.Limit { return &g.maxDelete }),
	Required: true,
	Example:  `"50%"`,
	Doc:      "how much of the source may be deleted at once",
}}}))

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
	}
	return nil, schema.ErrUnfit
}

// maxDelete is the sync's own limit, or that of settings.
func (s *Definition) maxDelete(settings *Settings) *inventory.Limit {
	v := s.Key("guard")
	if v == glua.LNil {
		return settings.MaxDelete
	}
	guard, _ := guardKind.Read(v) // what could not be read has been refused
	return guard.maxDelete
}
