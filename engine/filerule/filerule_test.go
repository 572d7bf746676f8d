package filerule

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { regexp2.StopTimeoutClock() }))
}

var ids = IDs{
	User: func(name string) (uint32, error) {
		if name == "alice" {
			return 1001, nil
		}
		return 0, errors.New("unknown user " + name)
	},
	Group: func(name string) (uint32, error) {
		if name == "staff" {
			return 50, nil
		}
		return 0, errors.New("unknown group " + name)
	},
}

func rules(t *testing.T, specs ...Spec) *Rules {
	t.Helper()
	r, errs := Compile(specs, ids)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return r
}

// §1 File manager: the first rule whose src_re matches at the start of the path wins; no match schedules nothing.
func TestFirstRuleWins(t *testing.T) {
	r := rules(t,
		Spec{Action: "move", SrcRe: `^/src/(?P<path>.*)\.to_move$`, DstRe: `/dst/\g<path>`},
		Spec{Action: "copy", SrcRe: `/src/.*\.to_(copy|move)`, DstRe: `/copies/x`},
		Spec{Action: "delete", SrcRe: `src`},
		Spec{Action: "delete", SrcRe: `^/src/(?P<path>.*)\.to_delete$`, Rec: true},
	)
	for path, want := range map[string]int{
		"/src/a.to_move": 1, "/src/a.to_copy": 2, "/src/d/a.to_delete": 4, "/src/a": 0, "/other/src/a.to_copy": 0, "": 0,
		"/src/a.to_move\n": 2, // $ is the end, also before a newline
	} {
		op, ok, err := r.Match(path)
		if err != nil || ok != (want > 0) || op.Rule != want {
			t.Errorf("%q: rule %d, %v, %v; want %d", path, op.Rule, ok, err, want)
		}
	}
	op, _, _ := r.Match("/src/d/a.to_delete")
	if op.Action != Delete || !op.Rec || op.Source.Path() != "/src/d/a.to_delete" || op.Describe() != "delete /src/d/a.to_delete" {
		t.Errorf("%+v", op)
	}
}

// §1 File manager: (?P<name>) groups; \1, \g<name>, \g<0> in dst_re; the destination is the substitution of every match in the
// path; $1 is literal; a group that took no part is empty.
func TestSubstitution(t *testing.T) {
	for _, c := range []struct{ src, dst, path, want string }{
		{`^/src/(?P<path>.*)\.to_move$`, `/dst/\g<path>`, "/src/a/b.to_move", "/dst/a/b"},
		{`^/src/(.*)\.to_(\w+)$`, `/dst/\2/\1`, "/src/a.to_x", "/dst/x/a"},
		{`^/src/(.*)`, `/dst/\g<1>0`, "/src/a", "/dst/a0"},
		{`^/src/.*`, `/dst\g<0>`, "/src/a", "/dst/src/a"},
		{`^/src/`, `/dst/`, "/src/a/src/b", "/dst/a/src/b"},
		{`/src/`, `/dst/`, "/src/a/src/b", "/dst/a/dst/b"},
		{`^/src/(.*)`, `/dst/$1/${1}`, "/src/a", "/dst/$1/${1}"},
		{`^/src/(a)?(b)?`, `/dst/\1x\2`, "/src/b", "/dst/xb"},
		{`^/src/(.*)`, `/dst/\\\1`, "/src/a", `/dst/\a`},
		{`^/src/(.*)`, `/dst/\.\1`, "/src/a", `/dst/\.a`},
		{`^/src/(.*)`, `/dst/\101\n\1`, "/src/a", "/dst/A\na"},
		{`^/src/(?!.*\.tmp$)(?P<path>.*)`, `/dst/\g<path>`, "/src/a", "/dst/a"},
		{`^(?!.*\.tmp$)/src/(?P<path>.*)`, `/dst/\g<path>`, "/src/a.tmp", ""},
		{`^/src/(?P<a>.)(?P=a)(.*)`, `/dst/\2`, "/src/xxyz", "/dst/yz"},
		{`^/src/(.)\1(?P<n>.*)`, `/dst/\g<n>/\2/\1`, "/src/xxyz", "/dst/yz/yz/x"},
		{`^/src/(?=(a)?)(.*)`, `/dst/\1-\2`, "/src/b", "/dst/-b"},
		{`/s(?=rc/)`, `/d`, "/src/s/src/", "/drc/s/drc/"},
		{`.*`, `/dst`, "/src/a", "/dst"},
		{`(?=).*`, `/dst`, "/src/a", "/dst"},
		{"^/s\xff/(.*)", "/d\xfe/\\1", "/s\xff/\xfd", "/d\xfe/\xfd"},
		{"^/s\xff/(.*)", "/d", "/s\xfe/\xfd", ""},
		{"^/src/(.*)\\.x", "/dst/\\1", "/src/\xff\xc3(\x80.x", "/dst/\xff\xc3(\x80"},
		{"^(?!x)/src/(.*)\\.x", "/dst/\\1", "/src/\xff\xc3(\xed\xb2\x80.x", "/dst/\xff\xc3(\xed\xb2\x80"},
	} {
		r, errs := Compile([]Spec{{Action: "move", SrcRe: c.src, DstRe: c.dst}}, ids)
		if len(errs) > 0 {
			t.Errorf("%q > %q: %v", c.src, c.dst, errs)
			continue
		}
		op, ok, err := r.Match(c.path)
		switch {
		case err != nil:
			t.Errorf("%q > %q for %q: %v", c.src, c.dst, c.path, err)
		case ok != (c.want != "") || ok && op.Dest.Path() != c.want:
			t.Errorf("%q > %q makes of %q: %v, %q; want %q", c.src, c.dst, c.path, ok, op.Dest.Path(), c.want)
		}
	}
}

// §1 File manager: an empty destination is an error; what leaves the tree by .. is refused.
func TestDestinationRefused(t *testing.T) {
	for _, c := range []struct{ src, dst, path, word string }{
		{`^/src/(a)?(.*)`, `\1`, "/src/b", "is empty"},
		{`^/src/(.*)`, `\1`, "/src/b", "no absolute path"},
		{`^/src/(.*)`, `/dst/\1`, "/src/", "the directory of the rule itself"},
		{`^/src/(.*)`, `/dst/\1`, "/src/../etc/x", "may lead out of /src"},
		{`^/src/(.*)-(.*)`, `/dst/.\1./x`, "/src/-", "may lead out of /dst"},
	} {
		_, ok, err := rules(t, Spec{Action: "copy", SrcRe: c.src, DstRe: c.dst}).Match(c.path)
		if ok || err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%q > %q for %q: %v, %v", c.src, c.dst, c.path, ok, err)
		}
	}
}

// §1 File manager: the tree of a rule is the literal directory before the first group of dst_re, of src_re for the source.
func TestTree(t *testing.T) {
	for src, want := range map[string]string{
		`^/src/(?P<path>.*)`: "/src", `^/a/b/c.x`: "/a/b", `/a/b`: "/a", `^/src`: "/", `^/s.c/(.*)`: "/", `^/a/b*/(.*)`: "/a",
		`^/a/b/?(.*)`: "/a", `^/a/|^/b/(.*)`: "/", `^/a/(x|y)|z`: "/", `^/a/(x|y)/b`: "/a", `^/a\.b/\-c/[|]/(.*)`: "/a.b/-c",
		`^(?!.*\.tmp$)/src/(.*)`: "/src", `\A/src/x(.*)`: "/src", `(?i)^/src/(.*)`: "/", `^/src/\d+/(.*)`: "/src", `^/a/[]|]|/b`: "/",
		`^/a/(?:b|\)c)/x`: "/a", `^(?=[)|]*)/a/.`: "/a", `^/a/\Qb|c\E/(.*)`: "/a", `^/a/b{2}/(.*)`: "/a", `(/a)/b`: "/",
		`^/a/[[:alpha:]|]+/(.*)`: "/a", `^/a/é+/(.*)`: "/a", `.*`: "/", `/a/b/?`: "/a",
	} {
		if got := directory(literalPrefix(src)); got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
	op, _, err := rules(t, Spec{Action: "move", SrcRe: `^/src/(.*)`, DstRe: `/a/b/p\1/c`}).Match("/src/x/y")
	if err != nil || op.Source != (Place{"/src", "x/y"}) || op.Dest != (Place{"/a/b", "px/y/c"}) {
		t.Errorf("%+v, %v", op, err)
	}
	op, _, err = rules(t, Spec{Action: "move", SrcRe: `^/src/(.*)`, DstRe: `\g<0>.old`}).Match("/src/x")
	if err != nil || op.Dest != (Place{"/", "src/x.old"}) {
		t.Errorf("%+v, %v", op, err)
	}
}

// §1 File manager: modes are octal strings, a number is an error that shows the string; users and groups have to exist.
func TestFields(t *testing.T) {
	ok := Spec{Action: "move", SrcRe: "^/s/(.*)", DstRe: `/d/\1`, FileMode: "0640", DirMode: "2755", User: "alice", Group: float64(7),
		AutoCreate: true, Overwrite: true}
	op, _, err := rules(t, ok).Match("/s/x")
	if err != nil || op.FileMode != (Mode{true, 0o640}) || op.DirMode != (Mode{true, 0o2755}) || op.User != (Owner{true, 1001}) ||
		op.Group != (Owner{true, 7}) || !op.AutoCreate || !op.Overwrite || op.Rec {
		t.Errorf("%+v, %v", op, err)
	}
	op, _, _ = rules(t, Spec{Action: "move", SrcRe: "^/s/(.*)", DstRe: `/d/\1`, User: "4711"}).Match("/s/x")
	if op.User != (Owner{true, 4711}) || op.FileMode.Given || op.Group.Given {
		t.Errorf("%+v", op)
	}
	for _, c := range []struct {
		change      func(*Spec)
		field, word string
	}{
		{func(s *Spec) { s.FileMode = float64(644) }, "filemode", `644 is a number; write the octal digits as a string: "0644"`},
		{func(s *Spec) { s.DirMode = float64(493) }, "dirmode", `"0755"`},
		{func(s *Spec) { s.DirMode = 1.5 }, "dirmode", `"0644"`},
		{func(s *Spec) { s.FileMode = "rw" }, "filemode", `"rw" is no mode`},
		{func(s *Spec) { s.FileMode = "0888" }, "filemode", "no mode"},
		{func(s *Spec) { s.FileMode = "17777" }, "filemode", "no mode"},
		{func(s *Spec) { s.FileMode = true }, "filemode", "a bool is no mode"},
		{func(s *Spec) { s.User = "nobody-here" }, "user", "unknown user nobody-here"},
		{func(s *Spec) { s.Group = -1.0 }, "group", "no number"},
		{func(s *Spec) { s.User = float64(1<<32 - 1) }, "user", "no number"},
		{func(s *Spec) { s.Group = true }, "group", "a bool"},
		{func(s *Spec) { s.Action = "" }, "action", "missing"},
		{func(s *Spec) { s.Action = "link" }, "action", `"link" is none of`},
		{func(s *Spec) { s.SrcRe = "" }, "src_re", "missing"},
		{func(s *Spec) { s.SrcRe = "(" }, "src_re", `"(" is no regular expression`},
		{func(s *Spec) { s.DstRe = "" }, "dst_re", "missing"},
		{func(s *Spec) { s.DstRe = `d/\1` }, "dst_re", "no absolute path"},
		{func(s *Spec) { s.DstRe = `/d/\1/../x` }, "dst_re", `has a ".."`},
		{func(s *Spec) { s.DstRe = `/d/\1/.` }, "dst_re", `has a "."`},
		{func(s *Spec) { s.DstRe = `/d/\2` }, "dst_re", "src_re has no group 2"},
		{func(s *Spec) { s.DstRe = `/d/\g<n>` }, "dst_re", `src_re has no group "n"`},
		{func(s *Spec) { s.DstRe = `/d/\g1` }, "dst_re", "as in \\g<name>"},
		{func(s *Spec) { s.DstRe = `/d/\q` }, "dst_re", `\q has no meaning`},
		{func(s *Spec) { s.DstRe = `/d/\` }, "dst_re", "lone"},
		{func(s *Spec) { s.DstRe = `/d/\0` }, "dst_re", `\g<0> is the whole match`},
		{func(s *Spec) { s.Action = "delete" }, "dst_re", "has no destination"},
	} {
		bad := ok
		c.change(&bad)
		r, errs := Compile([]Spec{ok, bad}, ids)
		if r != nil || len(errs) != 1 || errs[0].Rule != 2 || errs[0].Field != c.field || !strings.Contains(errs[0].Err.Error(), c.word) {
			t.Errorf("%s: %v, want %q", c.field, errs, c.word)
		}
	}
}

// §1 File manager: a match timeout, since file names come from strangers; no other rule is asked then.
func TestMatchTimeout(t *testing.T) {
	r := rules(t, Spec{Action: "move", SrcRe: `^/src/(?!x)((a|aa)+)+$`, DstRe: `/dst/\1`}, Spec{Action: "delete", SrcRe: "^/src/.*"})
	if op, ok, err := r.Match("/src/" + strings.Repeat("a", 60) + "b"); !errors.Is(err, errTooLong) || ok {
		t.Errorf("%+v, %v, %v", op, ok, err)
	}
	if op, _, err := r.Match("/src/x"); err != nil || op.Rule != 2 {
		t.Errorf("%+v, %v", op, err)
	}
}

func TestDestinations(t *testing.T) {
	dests := rules(t, Spec{Action: "move", SrcRe: `^/a/(.*)`, DstRe: `/b/\1`}, Spec{Action: "copy", SrcRe: `^/c/(.*)`, DstRe: `/b/\1`},
		Spec{Action: "delete", SrcRe: `^/a/x/(.*)`}, Spec{Action: "move", SrcRe: `^(/d/.*)`, DstRe: `\1.old`}).Destinations()
	if got := strings.Join(dests, " "); got != "/b /" {
		t.Error(got)
	}
}

// FuzzMatch: both engines take the same bytes; what they do not replace stays, and no destination leads out of its tree.
func FuzzMatch(f *testing.F) {
	for _, name := range []string{"a", "a.x", "\xff\xfe", "..", "a/../b", "\xed\xb2\x80", "a\nb", "$1", `\1`, "é", "/", ""} {
		f.Add(name)
	}
	one, errs1 := Compile([]Spec{{Action: "move", SrcRe: `^/src/(?P<path>(?s:.*))`, DstRe: `/dst/\g<path>`}}, ids)
	two, errs2 := Compile([]Spec{{Action: "move", SrcRe: `^/src/(?!\x{0})(?P<path>(?s:.*))`, DstRe: `/dst/\g<path>`}}, ids)
	if len(errs1)+len(errs2) > 0 {
		f.Fatal(errs1, errs2)
	}
	if _, ok := two.list[0].source.(backtracking); !ok {
		f.Fatal("this is for the other engine")
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.IndexByte(name, 0) >= 0 {
			return
		}
		a, ok, err := one.Match("/src/" + name)
		b, ok2, err2 := two.Match("/src/" + name)
		if ok != ok2 || (err == nil) != (err2 == nil) || a != b {
			t.Errorf("%q: %+v, %v; %+v, %v", name, a, err, b, err2)
		}
		if ok && a.Dest.Path() != "/dst/"+name {
			t.Errorf("%q becomes %q", name, a.Dest.Path())
		}
		for _, s := range strings.Split(a.Dest.Rel, "/") {
			if ok && s == ".." {
				t.Errorf("%q leads out", name)
			}
		}
	})
}

// FuzzCompile: no expression or template makes the compiler fail otherwise than with an error, and the literal prefix is one.
func FuzzCompile(f *testing.F) {
	for _, c := range [][2]string{{"^/src/(.*)", `/dst/\1`}, {`(?!x)(?P<a>.)`, `\g<a>`}, {"[", `\`}, {`\Qa`, `\777`}, {"a|b", `\g<`}, {"(?<=x", ""}} {
		f.Add(c[0], c[1], "/src/a")
	}
	f.Fuzz(func(t *testing.T, src, dst, path string) {
		if len(src) > 100 || !strings.HasPrefix(path, "/") {
			return
		}
		r, errs := Compile([]Spec{{Action: "copy", SrcRe: src, DstRe: dst}}, ids)
		if len(errs) > 0 {
			return
		}
		op, ok, err := r.Match(path)
		if err != nil || !ok {
			return
		}
		if prefix := literalPrefix(src); utf8.ValidString(src) && !strings.HasPrefix(path, prefix) && len(prefix) > 0 && directory(prefix) != "/" &&
			!strings.HasPrefix(path, directory(prefix)+"/") {
			t.Errorf("%q matches %q, which does not begin with %q", src, path, prefix)
		}
		if strings.ReplaceAll(op.Source.Path(), "//", "/") != strings.ReplaceAll(path, "//", "/") {
			t.Errorf("%q became %q", path, op.Source.Path())
		}
	})
}

func TestGroupsAreInOrder(t *testing.T) {
	p, err := compilePattern(`(?!q)(?P<a>.)(.)(?P<b>.)`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, n := range []string{"a", "b"} {
		got[n], _ = p.group(n)
	}
	if p.groups() != 3 || !maps.Equal(got, map[string]int{"a": 1, "b": 3}) {
		t.Error(p.groups(), got)
	}
}

// Tasks §1 "Events": exclude_filter is searched for anywhere in the path, look-around and bytes that are no characters included.
func TestSearch(t *testing.T) {
	for _, c := range []struct {
		expr, path string
		want       bool
	}{
		{`\.swp$`, "/a/.b.swp", true},
		{`\.swp$`, "/a/b.swp/c", false},
		{`^/a/`, "/b/a/", false},
		{`^(?!.*\.tmp$)`, "/a/b.tmp", false},
		{`^(?!.*\.tmp$)`, "/a/b", true},
		{`(?<=/)\.git`, "/a/.git/b", true},
		{"\xff$", "/a/\xff", true},
		{"\xff$", "/a/\xfe", false},
	} {
		found, err := Search(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := found(c.path); got != c.want || err != nil {
			t.Errorf("%q in %q: %v, %v", c.expr, c.path, got, err)
		}
	}
	if _, err := Search("("); err == nil {
		t.Error("( is a regular expression")
	}
	slow, err := Search(`^(a+)+(?!a)b$`)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := slow("/" + strings.Repeat("a", 60)); found {
		t.Errorf("found, %v", err)
	}
	slow, err = Search(`(a+)+(?!x)\d`)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := slow(strings.Repeat("a", 5000)); found || err == nil {
		t.Errorf("no limit: %v, %v", found, err)
	}
}
