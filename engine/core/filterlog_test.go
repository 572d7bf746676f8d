package core_test

import (
	"fmt"
	"slices"
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/engine/filter"
)

// kept is a log of some categories.
type kept struct {
	on    []string
	lines []string
}

func (k *kept) Enabled(category string) bool { return slices.Contains(k.on, category) }
func (k *kept) Log(category string, args ...any) {
	k.lines = append(k.lines, category+": "+fmt.Sprint(args...))
}

// §2 log: what a monitor hides is logged by Exclude, with the rule by Filter.
func TestHidden(t *testing.T) {
	rules := []filter.Rule{{Include: true, Pattern: "a.o"}, {Pattern: "*.o"}}
	for name, c := range map[string]struct {
		on    []string
		rules []filter.Rule
		want  []string
	}{
		"nobody asks": {nil, rules, nil},
		"no rules":    {[]string{"Filter", "Exclude"}, nil, nil},
		"Exclude":     {[]string{"Exclude"}, rules, []string{"Exclude: one: ignored b.o"}},
		"Filter": {[]string{"Filter"}, rules, []string{
			`Filter: one: "a.o" is let through by rule 1 of 2, "+ a.o"`,
			`Filter: one: "b.o" is excluded by rule 2 of 2, "- *.o"`,
			`Filter: one: "c" is let through: no rule matches`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			log := &kept{on: c.on}
			s, err := core.New(core.Settings{}, log).Add(core.SyncConfig{Name: "one", Rules: c.rules})
			if err != nil {
				t.Fatal(err)
			}
			hidden := s.Hidden()
			for path, want := range map[string]bool{"a.o": false, "b.o": len(c.rules) > 0, "c": false} {
				if hidden(path) != want {
					t.Errorf("%s: hidden %v", path, !want)
				}
			}
			slices.Sort(log.lines)
			if !slices.Equal(log.lines, c.want) {
				t.Errorf("logged %q, want %q", log.lines, c.want)
			}
			if err := s.AddExclude("c"); err != nil {
				t.Fatal(err)
			}
			if !hidden("c") {
				t.Error("a rule that was added later does not count")
			}
		})
	}
}

// TestHiddenCostsNothing: a monitor asks for each path of a tree and for each event.
func TestHiddenCostsNothing(t *testing.T) {
	s, err := core.New(core.Settings{}, silent{}).Add(core.SyncConfig{Name: "one", Rules: []filter.Rule{{Pattern: "*.o"}}})
	if err != nil {
		t.Fatal(err)
	}
	hidden := s.Hidden()
	if n := testing.AllocsPerRun(100, func() { hidden("some/directory/file.o") }); n != 0 {
		t.Errorf("%v allocations for a verdict that nobody reads", n)
	}
}
