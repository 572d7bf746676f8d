package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"lsyncgo/lua/migrate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEveryDifferenceIsListedAndUsed: what scenarios name is what the table of differences says to be compared.
func TestEveryDifferenceIsListedAndUsed(t *testing.T) {
	shown := map[string]bool{}
	names := map[string]bool{}
	list := scenarios(rand.New(rand.NewPCG(1, 0)))
	for _, s := range list {
		if names[s.name] {
			t.Errorf("two scenarios are called %q", s.name)
		}
		names[s.name] = true
		for _, d := range s.differs {
			shown[d.name] = true
		}
	}
	if len(list) < 80 {
		t.Errorf("%d scenarios, fewer than 80", len(list))
	}
	for _, d := range migrate.Table {
		if d.Compared && !shown[d.Name] {
			t.Errorf("no scenario shows the difference %q", d.Name)
		}
		if d.Compared {
			delete(shown, d.Name)
		}
	}
	for name := range shown {
		t.Errorf("lua/migrate does not list the difference %q as compared", name)
	}
}

func TestScenariosDependOnTheSeedOnly(t *testing.T) {
	texts := func(seed uint64) []string {
		var list []string
		for _, s := range seeded(rand.New(rand.NewPCG(seed, 0))) {
			for _, o := range s.ops {
				list = append(list, o.verb+" "+strings.Join(o.args, " "))
			}
		}
		return list
	}
	if !slices.Equal(texts(1), texts(1)) {
		t.Error("the same seed gives different operations")
	}
	if slices.Equal(texts(1), texts(2)) {
		t.Error("different seeds give the same operations")
	}
}

// parse makes calls of lines: words between blanks, "<" before the input, in which ~ is a zero byte and ; a newline.
func parse(text string) []call {
	var list []call
	for line := range strings.SplitSeq(text, "\n") {
		line, input, _ := strings.Cut(line, " < ")
		input = strings.NewReplacer("~", "\x00", ";", "\n").Replace(input)
		if words := strings.Fields(strings.ReplaceAll(line, "\\_", "\x01")); len(words) > 0 {
			for i := range words {
				words[i] = strings.ReplaceAll(words[i], "\x01", " ")
			}
			list = append(list, call{argv: words, stdin: input})
		}
	}
	return list
}

func rewritten(text string, list ...*difference) string {
	r := recording{calls: parse(text), exit: 143}
	for _, d := range list {
		d.rewrite(&r)
	}
	return strings.Join(lines(r.calls), "\n")
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		name    string
		differs []*difference
		lsyncd  string
		lsyncgo string
	}{
		{"create and modify", []*difference{combined}, "record Create a\nrecord Modify a", "record Create a"},
		{"modify thrice", []*difference{combined}, "record Modify a\nrecord Modify a\nrecord Modify a", "record Modify a"},
		{"two paths", []*difference{combined}, "record Create a\nrecord Create b\nrecord Modify a", "record Create a\nrecord Create b"},
		{"a directory created again", []*difference{combined}, "record Delete d/\nrecord Create d/", "record Delete d/\nrecord Create d/"},
		{"slashes", []*difference{slashes}, "record $SOURCE//a $SOURCE/d//b", "record $SOURCE/a $SOURCE/d/b"},
		{"signals", []*difference{signals}, "record a\nrecord b", "record a\nrecord a\nrecord b"},
		{"startup", rsyncDiffers,
			"rsync --exclude-from=- --delete --ignore-errors -tsl -r $SOURCE/ $TARGET/ < /cache/;*.tmp",
			`rsync --modify-window=-1 -lst --from0 --filter=merge\_- --delete -r -- $SOURCE/ $TARGET/ < - *.tmp~- /cache/~`},
		{"archive", rsyncDiffers,
			"rsync --delete --ignore-errors -lgtosD -r $SOURCE/ $TARGET/",
			"rsync --modify-window=-1 -as --no-perms --delete -r -- $SOURCE/ $TARGET/"},
		{"batch", rsyncDiffers,
			"rsync -tsl -r --delete --ignore-errors --force --from0 --include-from=- --exclude=* $SOURCE/ $TARGET/ < /d/e/b~/d/e/~/d/~/~/f",
			`rsync --modify-window=-1 -lst --from0 --files-from=- --filter=-\_*.tmp --delete --delete-missing-args -- $SOURCE/ $TARGET/ < ./f~./d/e/b~`},
		{"batch in two steps", rsyncDiffers,
			"rsync -tsl -r --delete --ignore-errors --force --from0 --include-from=- --exclude=* $SOURCE/ $TARGET/ < /d/e/b~/d/e/~/d/~/~/f",
			`rsync --modify-window=-1 -lst --from0 --files-from=- --delete --delete-missing-args --ignore-times --no-checksum -- $SOURCE/ $TARGET/ < ./d/e/b~
rsync --modify-window=-1 -lst --from0 --files-from=- --delete --delete-missing-args -- $SOURCE/ $TARGET/ < ./f~./d/e/b~`},
		{"batch anew", rsyncDiffers,
			"rsync -tsl -r --delete --ignore-errors --force --from0 --include-from=- --exclude=* $SOURCE/ $TARGET/ < /f",
			`rsync --modify-window=-1 -lst --from0 --files-from=- --delete --delete-missing-args --ignore-times --no-checksum -- $SOURCE/ $TARGET/ < ./f~`},
		{"old way", rsyncDiffers,
			"rsync -tsl -r --delete --ignore-errors --force --from0 --include-from=- --exclude=* $SOURCE/ $TARGET/ < /d/~/~/d/\\[x\\]\\*",
			`rsync --modify-window=-1 -lst --from0 --filter=merge\_- --delete -r -- $SOURCE/ $TARGET/ < - *.tmp~+ /d/~+ /d/\[x]\*~- *~`},
		{"remote move", []*difference{multiplex, remoteMove},
			`ssh -p 22 host mv '/target/a'"'"'b/' '/target/c\_d/' || rm -rf '/target/a'"'"'b/'`,
			`ssh -p 22 -o ControlMaster=auto host exec\_sh < {;root='/target/';from='/a'\''b';to='/c d';unset CDPATH`},
		{"connection", append([]*difference{multiplex}, rsyncDiffers...),
			"rsync --rsh=ssh\\_-p\\_22 -r $SOURCE/ host:/target/",
			"rsync --rsh=$BIN/ssh\\_-p\\_22\\_-o\\_ControlPath=/x -r -- $SOURCE/ host:/target/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			theirs := rewritten(c.lsyncd, c.differs...)
			if ours := rewritten(c.lsyncgo, c.differs...); theirs != ours {
				t.Errorf("lsyncd:  %s\nlsyncgo: %s", theirs, ours)
			}
		})
	}
}

// What is not a decided difference must not be rewritten away.
func TestDifferencesKeepFaults(t *testing.T) {
	for _, c := range []struct {
		name    string
		differs []*difference
		a, b    string
	}{
		{"another path", rsyncDiffers, "rsync --from0 --include-from=- --exclude=* -r s t < /a", "rsync --from0 --files-from=- s t < ./b~"},
		{"a path missing", rsyncDiffers, "rsync --from0 --include-from=- --exclude=* -r s t < /a~/b", "rsync --from0 --files-from=- s t < ./b~"},
		{"delete missing", rsyncDiffers, "rsync --delete -r s t", "rsync -r s t"},
		{"another target", rsyncDiffers, "rsync -r s t", "rsync -r s u"},
		{"an exclude missing", rsyncDiffers, "rsync --exclude-from=- -r s t < *.tmp", "rsync -r s t"},
		{"times lost", rsyncDiffers, "rsync -r -t s t", "rsync -r s t"},
		{"a modify lost", []*difference{combined}, "record Modify a\nrecord Modify b", "record Modify a"},
		{"delete for create", []*difference{combined}, "record Create a\nrecord Delete a", "record Create a"},
		{"ends of a move swapped", []*difference{remoteMove}, "ssh host mv '/a' '/b'", "ssh host mv '/b' '/a'"},
		{"ends of a script swapped", []*difference{remoteMove}, "ssh host x < {;root='/';from='/a';to='/b';unset x", "ssh host x < {;root='/';from='/b';to='/a';unset x"},
		{"another first step", rsyncDiffers, "rsync --files-from=- -- s t < ./f~", "rsync --files-from=- --ignore-times --no-checksum -- s t < ./g~\nrsync --files-from=- -- s t < ./f~"},
		{"another port", []*difference{multiplex}, "ssh -p 1 host x", "ssh -p 2 host x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a, b := rewritten(c.a, c.differs...), rewritten(c.b, c.differs...); a == b {
				t.Errorf("both become %s", a)
			}
		})
	}
}

func TestCombineStopsWhereTheEngineHadSettled(t *testing.T) {
	r := recording{calls: parse("record Create a\nrecord Modify a\nrecord Modify a")}
	r.calls[2].step = 1
	combined.rewrite(&r)
	if got := strings.Join(lines(r.calls), ", "); got != "record Create a, record Modify a" {
		t.Errorf("rewritten to %s", got)
	}
}

func TestCompare(t *testing.T) {
	s := scenario{ops: []operation{write("a"), write("b")}}
	same := func(text string) recording { return recording{calls: parse(text), exit: 143} }
	for _, c := range []struct {
		name, lsyncd, lsyncgo string
		agree                 bool
	}{
		{"equal", "record 1 a\nrecord 2 a", "record 1 a\nrecord 2 a", true},
		{"order of one path", "record 1 a\nrecord 2 a", "record 2 a\nrecord 1 a", false},
		{"order of two paths", "record 1 a\nrecord 2 b", "record 2 b\nrecord 1 a", true},
		{"one more", "record 1 a", "record 1 a\nrecord 1 a", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := compare(s, [2]recording{same(c.lsyncd), same(c.lsyncgo)})
			if (faults == "") != c.agree {
				t.Errorf("faults: %q", faults)
			}
		})
	}
	a, b := same("record 1 a"), same("record 1 a")
	b.exit = 255
	if compare(s, [2]recording{a, b}) == "" {
		t.Error("different exit status is not noticed")
	}
	b = same("record 1 a")
	b.tree = []string{"f"}
	if compare(s, [2]recording{a, b}) == "" {
		t.Error("different trees are not noticed")
	}
}
