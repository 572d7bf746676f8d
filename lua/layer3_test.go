package lua_test

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lsyncgo/engine/event"
)

// §7: what onX = "string" starts for a file, and for a Move.
func TestLayer3(t *testing.T) {
	for _, c := range []struct{ text, want, move string }{
		{"/bin/a ^source", "/bin/a S", "/bin/a S"},
		{"/bin/a ^target", "/bin/a T", "/bin/a T"},
		{"/bin/a ^path ^pathname ^pathdir", "/bin/a d/f d/f d/", "/bin/a old/ old ''"},
		{"/bin/a ^sourcePath ^sourcePathname ^sourcePathdir", "/bin/a Sd/f Sd/f Sd/", "/bin/a Sold/ Sold S"},
		{"/bin/a ^targetPath ^targetPathname ^targetPathdir", "/bin/a Td/f Td/f Td/", "/bin/a Told/ Told T"},
		{"/bin/a ^o.path ^d.path", "/bin/a d/f d/f", "/bin/a old/ n/new/"},
		{"/bin/a ^o.targetPathname ^d.targetPathname", "/bin/a Td/f Td/f", "/bin/a Told Tn/new"},
		{"/bin/a ^d.sourcePathdir", "/bin/a Sd/", "/bin/a Sn/"},
		// Words are split at blanks outside of double quotes; a variable stays within its word.
		{`  /bin/a  "b c" --x=^path"d e" "" '^path'  `, `/bin/a 'b c' '--x=d/fd e' '' ''\''d/f'\'''`, ``},
		{`"/opt/my tool" ^path`, `sh -c '"/opt/my tool" "$1"' sh d/f`, ``},
		{`/opt/"my tool" x`, `'/opt/my tool' x`, ``},
		{"/bin/a $HOME ; | ^ ^nosuch ^o.nosuch 5^", "/bin/a '$HOME' ';' '|' '^' '^nosuch' '^o.nosuch' '5^'", ""},
		{"/bin/a < x", "/bin/a '<' x", ""},
		{`/bin/a c:\x`, `/bin/a 'c:\x'`, ""},
		// All else is for the shell, where each variable is a parameter.
		{"a ^path", `sh -c 'a "$1"' sh d/f`, `sh -c 'a "$1"' sh old/`},
		{"^/bin/a ^path > x", `sh -c '/bin/a "$1" > x' sh d/f`, ``},
		{"a ^path ^o.path ^source ^path", `sh -c 'a "$1" "$1" "$2" "$1"' sh d/f S`, ``},
		{"mv ^o.targetPathname ^d.targetPathname", `sh -c 'mv "$1" "$2"' sh Td/f Td/f`, `sh -c 'mv "$1" "$2"' sh Told Tn/new`},
		{`a "x ^path y" '^path' \"^path`, `sh -c 'a "x ${1} y" '\'''\''"$1"'\'''\'' \""$1"' sh d/f`, ``},
		{"a; b=$(cat \"^path\" `c ^path`)", "sh -c 'a; b=$(cat \"${1}\" `c \"$1\"`)' sh d/f", ``},
		{"a", "sh -c a sh", ``},
		{"cp ^sourcePathname.bak ^source/x ^pathology", `sh -c 'cp "$1".bak "$2"/x "$3"ology' sh Sd/f S d/f`, ``},
		{"a ^source^target^path^pathname^pathdir^sourcePath^sourcePathname^sourcePathdir^targetPath^targetPathname^targetPathdir^source",
			`sh -c 'a "$1""$2""$3""$4""$5""$6""$7""$8""$9""${10}""${11}""$1"' sh S T d/f d/f d/ Sd/f Sd/f Sd/ Td/f Td/f Td/`, ``},
	} {
		st := start(t, fmt.Sprintf("sync{ source = source, target = target, maxProcesses = 2, onCreate = %s, onMove = %s }", luaString(c.text), luaString(c.text)))
		st.event(event.Create, "d/f")
		if got := st.described(); got != c.want {
			t.Errorf("%s\nstarts %s\nwanted %s", c.text, got, c.want)
		}
		st.event(event.Move, "old/", "n/new/")
		if got := st.described(); c.move != "" && got != c.move {
			t.Errorf("%s\nstarts %s for a Move\nwanted %s", c.text, got, c.move)
		}
	}
}

// described is what was started next, with S and T for source and target.
func (st *stage) described() string {
	st.Helper()
	return strings.NewReplacer(st.source, "S", st.target, "T").Replace(st.work().Describe())
}

func luaString(s string) string { return strconv.Quote(s) }

// onStartup and onFull take strings, too; -log FWrite shows what was generated.
// §7: -log FWrite; the other handlers.
func TestLayer3Elsewhere(t *testing.T) {
	st := start(t, `local inlet = sync{ source = source, onStartup = "begin ^source", onFull = "/bin/full ^path", onCreate = true }
alarm(now() + 1, function() inlet.createFullEvent("x/") end)`)
	st.claim("FWrite", "Sync1: onStartup = function")
	st.claim("FWrite", `spawn(event, "/bin/full", { event.path`)
	if got := st.described(); got != `sh -c 'begin "$1"' sh S` {
		t.Errorf("started %s", got)
	}
	st.exit(0)
	st.advance(time.Second)
	if got := st.described(); got != "/bin/full x/" {
		t.Errorf("started %s", got)
	}
	st.quiet()
}

// A file may have the name of spawn's sign for input.
// §7: a variable is an argument, whatever it holds.
func TestLayer3Sign(t *testing.T) {
	st := start(t, `sync{ source = source, onCreate = "/bin/a ^path" }`)
	st.event(event.Create, "<")
	if cmd := st.command(); len(cmd.Args) != 1 || cmd.Args[0] != "<" || len(cmd.Stdin) > 0 {
		t.Errorf("started %s with input %q", cmd.Describe(), cmd.Stdin)
	}
}

// No file name gets out of its parameter, whatever surrounds the variable. The commands are run by a real shell.
// §7: variables are data to the shell.
func TestLayer3NamesAreData(t *testing.T) {
	commands := []string{
		`printf '%s' ^path`, `printf '%s' "^path"`, `printf '%s' '^path'`, `v=$(printf '%s' ^path; printf x); printf '%s' "${v%x}"`,
		"v=`printf '%s' ^path; printf x`; printf '%s' \"${v%x}\"", `x=^path; printf '%s' "$x"`, `printf '%s%s' '' a"^path" | tail -c +2`,
		`[ -n ^path ] && printf '%s' ^path`, "cat <<-'END' >/dev/null\n\tit\n\tEND\nprintf '%s' ^path",
		`v="$(printf '%s' "^path"; printf x)"; printf '%s' "${v%x}"`, `v="$(printf '%s' ^path; printf x)"; printf '%s' "${v%x}"`, `(printf '%s' ^path)`,
		"# don't\nprintf '%s' ^path # isn't \"it\" ^path\n: ^path#' '; : \"#\" ^path", "a='#'; (# it's\n: \"^path\"); printf '%s' ^path", `{ printf '%s' "${y:-^path}"; }`,
	}
	var text strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&text, "sync{ source = source, onCreate = %s }\n", luaString(c))
	}
	st := start(t, text.String())
	check := func(t rapid.TB, i int, name string) {
		st.eventFor(i, event.Create, name)
		cmd := st.command()
		out, err := exec.Command(cmd.Binary, cmd.Args...).Output()
		if err != nil || string(out) != name {
			t.Errorf("%s with %q: %q, %v", commands[i], name, out, err)
		}
		st.exit(0)
	}
	for _, name := range []string{"a b", "$(id)", "`id`", "-n", "it's", `"`, "';id;'", `\`, `\\`, "*", "a\nb", "\xff\xfe", "${1}", "^path", "%s", "~", "!", "#", "<", "&& id", strings.Repeat("x", 255)} {
		for i := range commands {
			check(t, i, name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.IntRange(0, len(commands)-1).Draw(t, "command"), rapid.StringMatching("[ab '\"`$()\\\\*?\\n\\[;&|<>~#!^{}=%-]{1,12}").Draw(t, "name"))
	})
}
