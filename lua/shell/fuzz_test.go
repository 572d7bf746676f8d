package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var variable = regexp.MustCompile(`\^(?:[od]\.)?(source(?:Path(?:name|dir)?)?|target(?:Path(?:name|dir)?)?|path(?:name|dir)?)`)

// find finds variables much as layer 3 does.
func find(text string) (list []Variable) {
	for _, m := range variable.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		list = append(list, Variable{m[0], m[1], text[m[0]:m[1]], name != "source" && name != "target", strings.HasPrefix(name, "path")})
	}
	return list
}

var around = Surroundings{Variables: find, Trees: []string{"/srv/in/", "/srv/out"}}

// hostile values; a file "canary" appears where one gets out.
var hostile = []string{
	"$(>canary)", "`>canary`", ";>canary;", "\n>canary\n", "';>canary;'", `";>canary;"`, "a[$(>canary)]", "|>canary", "&>canary", "')\n>canary\n", "E\n>canary\n",
	"a b", "*", "-n", "\xff\t", `\`, "'", `"`, "#", "{}", "$1", "~", "%s", "!", "x",
}

// shells runs commands where all they find is a program that records its arguments, and as a user who may do nothing.
type shells struct{ bin string }

// public makes a directory that another user may enter, other than t.TempDir.
func public(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "shells-")
	if err == nil {
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func newShells(t testing.TB) *shells {
	t.Helper()
	bin := public(t)
	if err := os.WriteFile(filepath.Join(bin, "show"), []byte("#!/bin/sh\nprintf '<%s>' \"$@\" >>\"$RECORD\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/bin/cat", filepath.Join(bin, "cat")); err != nil {
		t.Fatal(err)
	}
	return &shells{bin}
}

// run returns what the commands showed, and whether a value got out. The command may take as long as it likes, but no more than limit.
func (s *shells) run(t testing.TB, sh, command string, values []string, limit time.Duration) (shown string, escaped, ended bool) {
	t.Helper()
	dir := public(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	const limits = `ulimit -f 1000; ulimit -t 2; exec "$0" -c "$@"`
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", limits, sh, command, "sh"}, values...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + s.bin, "RECORD=" + dir + "/.record"}
	confine(t, cmd, dir)
	_ = cmd.Run()
	text, err := os.ReadFile(dir + "/.record")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	_, err = os.Lstat(dir + "/canary")
	return string(text), err == nil, ctx.Err() == nil
}

// FuzzCommand (§7, names are data): whatever the text and the name, it is refused or the name stays data. Nothing panics.
func FuzzCommand(f *testing.F) {
	for _, text := range []string{
		"show ^path", "show \"^path\" '^path' `show ^path`", "show $(show \"^path\") # ^path", "cat <<E\n^path\nE", "f() { show ^path; }; f", "eval show ^path", "x=^path; show $x; set -- ^path; shift",
		"case ^path in ^path) show \"${x:-^path}${x#^path}\";; esac", "show \\^path $^path \\\\^path", "x[^path]=1", "[[ ^path -eq 1 ]]", "trap 'show ^path' EXIT", "show ^path | while read x; do show $x; done",
		"(show ^path) && { show ^path; } || ! show ^path &", "((x = 1)); show ^o.path^d.path", "show ~^path[^path]{^path,a}", "cat <<-'E'\n^path\nE", "show <(show ^path)", "x=$'^path'; show $\"^path\"", "a\x00^path",
	} {
		for _, name := range hostile[:4] {
			f.Add(text, name)
		}
	}
	s := newShells(f)
	f.Fuzz(func(t *testing.T, text, name string) {
		variables := find(text)
		hazards := Check(text, around)
		CheckProgram(strings.Fields(text), around)
		command, values, err := Quote(text, variables)
		if err != nil || len(hazards) > 0 || len(variables) == 0 {
			return
		}
		if strings.ContainsAny(text, "/\x00") || strings.Contains(text, "canary") || strings.Contains(text, "kill") || strings.Contains(name, "\x00") || len(text) > 300 {
			return // it could hurt something
		}
		for i := range values {
			values[i] = name
		}
		for _, sh := range []string{"/bin/dash", "/bin/bash"} {
			if _, escaped, _ := s.run(t, sh, command, values, 3*time.Second); escaped {
				t.Errorf("%s: %q with %q got out of %q", sh, text, name, command)
			}
		}
	})
}

// grammar makes commands that call show with words of which it knows what they must be.
type grammar struct {
	*rand.Rand
	name string
	want strings.Builder
}

func (g *grammar) pick(list ...string) string { return list[g.IntN(len(list))] }

// word returns one word, and what it has to become; quotes is what stands around it, if anything.
func (g *grammar) word(depth int) (text, value string) {
	for range 1 + g.IntN(3) {
		piece := g.pick("a", "b:", "=", "%", "x.y", "+")
		switch g.IntN(9) {
		case 0:
			text, value = text+piece, value+piece
		case 1:
			text, value = text+"^path", value+g.name
		case 2:
			text, value = text+`"^path"`, value+g.name
		case 3:
			text, value = text+`'^path'`, value+g.name
		case 4:
			text, value = text+`"`+piece+` ^path `+piece+`"`, value+piece+" "+g.name+" "+piece
		case 5:
			text, value = text+`'`+piece+` ^path "'`, value+piece+" "+g.name+` "`
		case 6:
			text, value = text+`"${unset:-^path}"`, value+g.name
		case 7:
			if depth > 0 {
				inner, v := g.word(depth - 1)
				text, value = text+`"$(printf '%s' `+inner+`; printf x)"`, value+v+"x"
			}
		case 8:
			text, value = text+`\"^path`, value+`"`+g.name
		}
	}
	return text, value
}

func (g *grammar) show(depth int) string {
	text, value := g.word(depth)
	fmt.Fprintf(&g.want, "<x%s>", value)
	return "show x" + text + g.pick("", " ", "  # it's ^path\n")
}

func (g *grammar) command(depth int) string {
	if depth == 0 {
		return g.show(1)
	}
	switch g.IntN(12) {
	case 0:
		first := g.command(depth - 1)
		if strings.HasSuffix(first, "\n") { // after a comment
			return first + g.command(depth-1)
		}
		return first + g.pick("; ", "\n", " && ") + g.command(depth-1)
	case 1:
		return "if [ -n y^path ]; then\n" + g.command(depth-1) + "\nfi"
	case 2:
		return "{ " + g.command(depth-1) + "\n}"
	case 3:
		return "( " + g.command(depth-1) + "\n)"
	case 4:
		return "case y^path in\ny^path) " + g.command(depth-1) + "\n;; esac"
	case 5:
		return "f() {\n" + g.command(depth-1) + "\n}; f a b"
	case 6:
		return "set -- a b; shift; " + g.command(depth-1)
	case 7:
		return ": \"$(cat <<E\n^path \"$(printf '%s' ^path)\" ${unset:-^path}\nE\n)\"; " + g.command(depth-1)
	case 8:
		return ": `printf '%s' \"^path\" '^path' ^path`; " + g.command(depth-1)
	case 9:
		return "for i in ^path; do " + g.command(depth-1) + "\ndone"
	case 10:
		return "v=^path; [ \"$v\" = ^path ] && " + g.command(depth-1)
	}
	return ": $(case ^path in y^path) : ;; esac); " + g.command(depth-1)
}

// FuzzPlaces (§7, names are data): commands of which all is known are not refused, and the name arrives byte for byte in each of them.
func FuzzPlaces(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, hostile[int(seed)%len(hostile)])
	}
	s := newShells(f)
	f.Fuzz(func(t *testing.T, seed uint64, name string) {
		if strings.Contains(name, "\x00") || name == "" || len(name) > 255 || strings.HasPrefix(name, "^") {
			return
		}
		g := &grammar{Rand: rand.New(rand.NewPCG(seed, 0)), name: name}
		text := g.command(3)
		want := g.want.String()
		command, values, err := Quote(text, find(text))
		if hazards := Check(text, around); err != nil || len(hazards) > 0 {
			t.Fatalf("seed %d: %q is refused: %v, %v", seed, text, err, hazards)
		}
		for i := range values {
			values[i] = name
		}
		for _, sh := range []string{"/bin/dash", "/bin/bash"} {
			shown, escaped, ended := s.run(t, sh, command, values, time.Minute)
			if escaped || !ended || !bytes.Equal([]byte(shown), []byte(want)) {
				t.Errorf("seed %d, %s: %q with %q\nran %q\nshowed %q\nwanted %q", seed, sh, text, name, command, shown, want)
			}
		}
	})
}
