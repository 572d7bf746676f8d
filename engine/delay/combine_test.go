package delay

import (
	"fmt"
	"strings"
	"testing"

	"lsyncgo/engine/event"
)

// TestOutcomes has each cell of the table for two events of one path: A absorb,
// R replace, S stack.
// §4: the table.
func TestOutcomes(t *testing.T) {
	names := []string{"Attrib", "Modify", "Create", "Delete"}
	verdicts := map[byte]string{'A': "absorbed", 'R': "replaced", 'S': "stacked"}
	table := map[string][4]string{ // path: rows old, columns new
		"f":  {"ARRR", "AARR", "AAAR", "AARA"},
		"d/": {"ARRR", "AARR", "AAAR", "AASA"},
	}
	for path, rows := range table {
		for i, old := range names {
			for j, young := range names {
				want := verdicts[rows[i][j]]
				queue := map[byte]string{
					'A': fmt.Sprintf("%s %s wait", old, path),
					'R': fmt.Sprintf("%s %s wait", young, path),
					'S': fmt.Sprintf("%s %s wait, %s %s block", old, path, young, path),
				}[rows[i][j]]
				do := fmt.Sprintf("%s %s; %s %s; queue", old, path, young, path)
				if got := newScript().do(do); got != "queued; "+want+"; "+queue {
					t.Errorf("%s: got %s, want %s, %s", do, got, want, queue)
				}
				stacked := fmt.Sprintf("queued; stacked; %s %s active, %s %s block", old, path, young, path)
				do = strings.Replace(do, "; ", "; activate 1; ", 1)
				if got := newScript().do(do); got != stacked {
					t.Errorf("%s: got %s, want %s", do, got, stacked)
				}
			}
		}
	}
}

// §4, §9: what nobody acts on does not push aside what somebody does.
func TestIgnored(t *testing.T) {
	for _, c := range []struct {
		ignored string
		rows    [4]string // old Attrib, Modify, Create, Delete; columns new
	}{
		{"", [4]string{"ARRR", "AARR", "AAAR", "AARA"}},
		{"Create", [4]string{"ARAR", "AAAR", "RRAR", "AARA"}},
		{"Attrib Create", [4]string{"ARRR", "AAAR", "ARAR", "AARA"}},
		{"Modify Create", [4]string{"AAAR", "RARR", "RAAR", "AARA"}},
		{"Attrib Modify Create Delete", [4]string{"ARRR", "AARR", "AAAR", "AARA"}},
		{"Delete", [4]string{"ARRR", "AARR", "AAAR", "AARA"}},
	} {
		names := []string{"Attrib", "Modify", "Create", "Delete"}
		for i, old := range names {
			for j, young := range names {
				s := newScript()
				var list []event.Kind
				for name := range strings.FieldsSeq(c.ignored) {
					list = append(list, kinds[name])
				}
				s.q.Ignore(list)
				want := map[byte]string{'A': "absorbed", 'R': "replaced"}[c.rows[i][j]]
				if got := s.do(fmt.Sprintf("%s f; %s f", old, young)); got != "queued; "+want {
					t.Errorf("without %q, %s then %s: %s, want %s", c.ignored, old, young, got, want)
				}
			}
		}
	}
}

// §4: one above the other, and which older one decides.
func TestRelations(t *testing.T) {
	runScripts(t, []scriptCase{
		{"directory above", "Modify d/f; Attrib d/; queue", "queued; stacked; Modify d/f wait, Attrib d/ block"},
		{"below a directory", "Create d/; Create d/e/f; queue", "queued; stacked; Create d/ wait, Create d/e/f block"},
		{"root above", "Modify f; Attrib /; queue", "queued; stacked; Modify f wait, Attrib / block"},
		{"below the root", "Attrib /; Modify d/f; queue", "queued; stacked; Attrib / wait, Modify d/f block"},
		{"common prefix of names only", "Modify ab; Modify a/b; Modify a; queue",
			"queued; queued; stacked; Modify ab wait, Modify a/b wait, Modify a block"},
		{"file becomes directory", "Delete a; Create a/; Create a; queue",
			"queued; stacked; stacked; Delete a wait, Create a/ block, Create a block"},
		{"file becomes directory with contents", "Delete a; Create a/b; queue", "queued; stacked; Delete a wait, Create a/b block"},
		{"newest decides", "Create a; Attrib /; Modify a; Modify a; queue",
			"queued; stacked; stacked; absorbed; Create a wait, Attrib / block, Modify a block"},
		{"unrelated in between do not", "Create a; Modify b; Modify a; queue", "queued; queued; absorbed; Create a wait, Modify b wait"},
		{"newest below decides", "Attrib d/; Modify d/f; Attrib d/; queue",
			"queued; stacked; stacked; Attrib d/ wait, Modify d/f block, Attrib d/ block"},
		{"replaced keeps its place", "Modify a; Modify b; Delete a; queue", "queued; queued; replaced; Delete a wait, Modify b wait"},
		{"blocked ones combine too", "Create d/; Create d/f; Modify d/f; Delete d/f; queue",
			"queued; stacked; absorbed; replaced; Create d/ wait, Delete d/f block"},
	})
}

func TestTree(t *testing.T) {
	runScripts(t, []scriptCase{
		{"absorbing Create gets it", "Create d/; Create d/ tree; queue", "queued; absorbed; Create d/ tree wait"},
		{"absorbing Create keeps it", "Create d/ tree; Create d/; Attrib d/; queue", "queued; absorbed; absorbed; Create d/ tree wait"},
		{"replacing Create brings it", "Attrib d/; Create d/ tree; queue", "queued; replaced; Create d/ tree wait"},
		{"replaced Attrib gives it", "Attrib d/ tree; Create d/; queue", "queued; replaced; Create d/ tree wait"},
		{"Delete ends it", "Create d/ tree; Delete d/; queue", "queued; replaced; Delete d/ wait"},
		{"stacked Create has its own", "Delete d/; Create d/ tree; queue", "queued; stacked; Delete d/ wait, Create d/ tree block"},
	})
}

// §4: an old Move, and what touches it.
func TestMoveThenPlain(t *testing.T) {
	for _, kind := range []string{"Attrib", "Modify", "Create", "Delete"} {
		for _, path := range []string{"m/o/", "m/", "m/o/x", "n/", "n/d/x", "m/o", "n/d"} {
			do := fmt.Sprintf("Move m/o/ > n/d/; %s %s; queue", kind, path)
			want := fmt.Sprintf("queued; stacked; Move m/o/ > n/d/ wait, %s %s block", kind, path)
			if got := newScript().do(do); got != want {
				t.Errorf("%s: got %s, want %s", do, got, want)
			}
		}
	}
	runScripts(t, []scriptCase{
		{"Attrib on the destination", "Move a > b; Attrib b; queue", "queued; stacked; Move a > b wait, Attrib b block"},
		{"Modify on the destination", "Move a > b; Modify b; queue", "queued; stacked; Move a > b wait, Modify b block"},
		{"Create on the destination", "Move a > b; Create b; queue; remove 1; queue",
			"queued; stacked; Delete a wait, Create b block; Create b wait"},
		{"Delete on the destination", "Move a > b; Delete b; queue", "queued; stacked; Delete a wait, Delete b block"},
		{"directory over the destination", "Move a/ > b/; Create b/; queue", "queued; stacked; Delete a/ wait, Create b/ tree block"},
		{"active Move", "Move a > b; activate 1; Create b; queue", "queued; stacked; Move a > b active, Create b block"},
		{"blocked Move", "Blanket; Move a > b; Delete b; queue", "stacked; stacked; Blanket wait, Delete a block, Delete b block"},
		{"Move not the newest", "Move a > b; Modify b; Delete b; queue", "queued; stacked; replaced; Move a > b wait, Delete b block"},
		{"what was a Move combines at its origin", "Move a > b; Create b; Create a; queue",
			"queued; stacked; replaced; Create a wait, Create b block"},
		{"and still occupies its destination", "Move a > b; Create b; remove 2; Create b; queue",
			"queued; stacked; stacked; Delete a wait, Create b block"},
	})
}

// §4: a new Move is split if anything older touches it.
func TestMoveSplits(t *testing.T) {
	runScripts(t, []scriptCase{
		{"stays a Move", "Modify c; Move a > b; queue", "queued; queued; Modify c wait, Move a > b wait"},
		{"plain at the origin", "Modify a; Move a > b; queue", "queued; split; Delete a wait, Create b wait"},
		{"plain at the destination", "Modify b; Move a > b; queue", "queued; split; Create b wait, Delete a wait"},
		{"plain above the origin", "Attrib d/; Move d/a > b; queue", "queued; split; Attrib d/ wait, Delete d/a block, Create b wait"},
		{"plain above the destination", "Create d/; Move a > d/b; queue", "queued; split; Create d/ wait, Delete a wait, Create d/b block"},
		{"plain below the origin", "Modify d/f; Move d/ > e/; queue", "queued; split; Modify d/f wait, Delete d/ block, Create e/ tree wait"},
		{"plain below the destination", "Delete e/f; Move d/ > e/; queue", "queued; split; Delete e/f wait, Delete d/ wait, Create e/ tree block"},
		{"active plain", "Modify a; activate 1; Move a > b; queue", "queued; split; Modify a active, Delete a block, Create b wait"},
		{"Move after Move", "Move a > b; Move b > c; queue", "queued; split; Delete a wait, Delete b block, Create c wait"},
		{"Move to the same origin", "Move a > b; Move c > a; queue", "queued; split; Move a > b wait, Delete c wait, Create a block"},
		{"Move below a Move", "Move a/ > b/; Move b/c > d; queue", "queued; split; Move a/ > b/ wait, Delete b/c block, Create d wait"},
		{"ends related to each other", "Move a > a/b; queue", "split; Delete a wait, Create a/b block"},
		{"onto itself", "Move a > a; queue", "split; Create a wait"},
		{"after Blanket", "Modify c; Blanket; Move a > b; queue", "queued; stacked; Modify c wait, Blanket wait, Move a > b block"},
		{"after Init", "Init; Move a > b; queue", "stacked; Init wait, Move a > b block"},
		{"Blanket is the newest", "Modify a; Blanket; Move a > b; queue; remove 2; queue; remove 1; queue",
			"queued; stacked; Modify a wait, Blanket wait, Move a > b block; " +
				"Modify a wait, Move a > b block; Move a > b wait"},
		{"below an end and then Blanket", "Modify a/f; Blanket; Move a/ > b/; queue",
			"queued; split; Modify a/f wait, Blanket wait, Delete a/ block, Create b/ tree block"},
	})
}

// §4: Init, Blanket and Full.
func TestApart(t *testing.T) {
	runScripts(t, []scriptCase{
		{"Init", "Init; Create a; Create a; queue; remove 1; queue",
			"stacked; absorbed; Init wait, Create a block; Create a wait"},
		{"Blanket waits for nobody", "Modify a; activate 1; Blanket; Modify b; queue; remove 2; queue",
			"queued; stacked; Modify a active, Blanket wait, Modify b block; Modify a active, Modify b wait"},
		{"Full concerns nobody", "Modify d/a; Full d/; Delete d/a; Modify d/b; queue",
			"queued; replaced; queued; Delete d/a wait, Full d/ wait, Modify d/b wait"},
		{"Full after Blanket", "Blanket; Full; queue", "Blanket wait, Full wait"},
		{"Blanket after Init", "Init; Blanket; Modify a; remove 1; queue", "stacked; Blanket wait, Modify a block"},
		{"the root after Blanket", "Blanket; Attrib /; Attrib /; queue", "stacked; absorbed; Blanket wait, Attrib / block"},
	})
}

// §4: replace leaves nothing of the old one.
func TestReplacedIsFresh(t *testing.T) {
	for _, do := range []string{"Modify a; Delete a", "Move a > b; Create b"} {
		first, second, _ := strings.Cut(do, ";")
		s := newScript()
		s.do(first)
		d := s.delays[0]
		d.SetData("script")
		d.SetTries(3)
		s.do(second)
		if d.Data() != nil || d.Tries() != 0 || d.Dest() != "" || d.Kind != event.Delete {
			t.Errorf("%s: %+v", do, d)
		}
	}
	s := newScript()
	s.do("Modify a")
	s.delays[0].SetData("script")
	s.delays[0].SetTries(3)
	s.do("Attrib a")
	if d := s.delays[0]; d.Data() != "script" || d.Tries() != 3 {
		t.Errorf("absorbing changed %+v", d)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Queued.String(), "queued"}, {Split.String(), "split"}, {Verdict(9).String(), "Verdict(9)"},
		{Wait.String(), "wait"}, {Active.String(), "active"}, {Block.String(), "block"}, {Status(9).String(), "Status(9)"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}
