package schema_test

import (
	"slices"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/schema"
)

// shelf is what the tables of these tests are read into.
type shelf struct {
	wait  time.Duration
	on    bool
	limit inner
}

type inner struct{ count int }

var table = schema.Table[shelf]{Noun: "setting", Keys: []schema.Key[shelf]{
	{Name: "wait", Value: schema.To(schema.Seconds, func(s *shelf) *time.Duration { return &s.wait }), Required: true, Example: "5"},
	{Name: "on", Value: schema.To(schema.Flag, func(s *shelf) *bool { return &s.on })},
	{Name: "limit", Value: schema.To(schema.Or(schema.Within("a table", &schema.Table[inner]{Keys: []schema.Key[inner]{
		{Name: "count", Value: schema.To(schema.Count, func(i *inner) *int { return &i.count }), Example: "3"},
	}})), func(s *shelf) *inner { return &s.limit })},
}}

// read has a table written in Lua read, and says what was found.
func read(t *testing.T, text string) (to shelf, given *glua.LTable, said []string) {
	t.Helper()
	L := glua.NewState()
	t.Cleanup(L.Close)
	if err := L.DoString("return " + text); err != nil {
		t.Fatal(err)
	}
	given = L.Get(-1).(*glua.LTable)
	return to, given, lines(table.Read(given, &to), "it")
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want shelf
		said []string
	}{
		{"{ wait = 1.5, on = true, limit = { count = 2 } }", shelf{1500 * time.Millisecond, true, inner{2}}, nil},
		{"{ wait = 0, limit = false }", shelf{}, nil},
		{"{ wait = '5', on = 'no', limit = { count = 1.5 } }", shelf{5 * time.Second, true, inner{2}}, []string{
			"warning: limit.count: 1.5 counts as 2 (write count = 2)",
			`warning: on: "no" counts as true (write on = true, or on = false: to Lua every text is true)`,
			`warning: wait: "5" counts as 5 (write wait = 5)`}},
		{"{ on = {}, 5, 'default.rsync', limit = { cuont = 1, true } }", shelf{}, []string{
			"it holds 5 without a key (write key = value)",
			`it holds "default.rsync" without a key (write default.rsync, without quotes)`,
			"limit holds true without a key (write key = value; with two equals signs it is a comparison)",
			`unknown parameter "limit.cuont" (did you mean "count"?)`,
			"on must be true or false, not a table ()",
			"wait is missing (write wait = 5)"}},
		{"{ wait = {}, nosuch = 1, limit = true }", shelf{}, []string{
			"limit must be a table or false, not true ()",
			`unknown setting "nosuch" (known are: limit on wait)`,
			"wait must be a number of seconds, 0 or more, not a table (write wait = 5)"}},
		{"{ wait = 1, limit = { count = {} } }", shelf{wait: time.Second}, []string{
			"limit.count must be a whole number of at least 1, not a table (write count = 3)"}},
	} {
		to, _, said := read(t, c.text)
		if !slices.Equal(said, c.said) {
			t.Errorf("%s: found %q, not %q", c.text, said, c.said)
		}
		if to != c.want {
			t.Errorf("%s: read %+v, not %+v", c.text, to, c.want)
		}
	}
}

// Values that count as others are what a script sees from then on, in tables within tables, too.
func TestReadPutsValuesInPlace(t *testing.T) {
	_, given, _ := read(t, "{ wait = '5', on = 1, limit = { count = 0 } }")
	limit := given.RawGetString("limit").(*glua.LTable)
	if given.RawGetString("wait") != glua.LNumber(5) || given.RawGetString("on") != glua.LTrue || limit.RawGetString("count") != glua.LNumber(1) {
		t.Errorf("wait = %v, on = %v, count = %v", given.RawGetString("wait"), given.RawGetString("on"), limit.RawGetString("count"))
	}
}
