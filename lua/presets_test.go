package lua_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
)

// parts is what matters of a preset's child, with S and T for source and target.
type parts struct {
	binary, args, input string
}

func (st *stage) parts() parts {
	st.Helper()
	cmd := st.command()
	text := strings.NewReplacer(st.source, "S", st.target, "T").Replace(strings.Join(cmd.Args, " "))
	return parts{cmd.Binary, text, strings.ReplaceAll(input(st, cmd), "\x00", "|")}
}

func (st *stage) starts(binary, args, input string) {
	st.Helper()
	want := parts{binary, args, input}
	if got := st.parts(); got != want {
		st.Errorf("started\n%q\nwanted\n%q", got, want)
	}
}

// §9: each parameter of the table rsync, with what it means to rsync.
func TestRsyncOptions(t *testing.T) {
	stubs(t)
	const base = "-lst"
	for _, c := range []struct{ given, want string }{
		{"", base},
		{"acls = true", "-Alst"}, {"append = true", base + " --append"}, {"append_verify = true", base + " --append-verify"},
		{"['append-verify'] = true", base + " --append-verify"},
		{"archive = true", "-as"}, {"archive = false", base}, {"backup = true", "-blst"}, {"backup_dir = '/b d'", base + " --backup-dir=/b d"},
		{"bwlimit = 100", base + " --bwlimit=100"}, {"bwlimit = '1.5m'", base + " --bwlimit=1.5m"}, {"checksum = true", "-clst"},
		{"chmod = 'D755,F644'", base + " --chmod=D755,F644"}, {"chown = 'u:g'", base + " --chown=u:g"}, {"compress = true", "-zlst"},
		{"copy_dirlinks = true", "-klst"}, {"copy_links = true", "-Llst"}, {"copy_unsafe_links = true", base + " --copy-unsafe-links"},
		{"cvs_exclude = true", "-Clst"}, {"delete_excluded = true", base + " --delete-excluded"}, {"dry_run = true", "-nlst"},
		{"executability = true", "-Elst"}, {"existing = true", base + " --existing"}, {"group = true", "-glst"},
		{"groupmap = '*:x'", base + " --groupmap=*:x"}, {"hard_links = true", "-Hlst"}, {"ignore_errors = true", base + " --ignore-errors"},
		{"ignore_times = true", "-Ilst"}, {"inplace = true", base + " --inplace"}, {"ipv4 = true", "-4lst"}, {"ipv6 = true", "-6lst"},
		{"keep_dirlinks = true", "-Klst"}, {"links = false", "-st"}, {"omit_dir_times = true", "-Olst"}, {"omit_link_times = true", "-Jlst"},
		{"one_file_system = true", "-xlst"}, {"owner = true", "-olst"}, {"password_file = '/p'", base + " --password-file=/p"},
		{"perms = true", "-plst"}, {"protect_args = false", "-lt"}, {"prune_empty_dirs = true", "-mlst"}, {"quiet = true", "-qlst"},
		{"rsh = 'ssh -p 22'", base + " --rsh=ssh -p 22"}, {"rsync_path = 'sudo rsync'", base + " --rsync-path=sudo rsync"}, {"sparse = true", "-Slst"},
		{"suffix = '~'", base + " --suffix=~"}, {"temp_dir = '/tmp'", base + " --temp-dir=/tmp"}, {"timeout = 30", base + " --timeout=30"},
		{"times = false", "-ls"}, {"update = true", "-ulst"}, {"usermap = '*:x'", base + " --usermap=*:x"}, {"verbose = true", "-vlst"},
		{"whole_file = true", "-Wlst"}, {"xattrs = true", "-Xlst"}, {"_extra = { '--a b', '-c' }", base + " --a b -c"},
		// A part of -a that is switched off, and one that is in it anyway.
		{"archive = true, perms = false, owner = false, group = true, links = false, times = false", "-as --no-group:no --no-links --no-owner --no-perms --no-times"},
		{"links = false, times = false, protect_args = false", ""},
		// Only a window of one's own replaces the exact comparison of times.
		{"modify_window = 2", "!" + base + " --modify-window=2"},
		{"_extra = { '--modify-window=1' }", base + " --modify-window=1"},
		{"bwlimit = false", base},
	} {
		want := strings.Replace(c.want, " --no-group:no", "", 1) // given as true: not switched off
		window := "--modify-window=-1 "
		if rest, ok := strings.CutPrefix(want, "!"); ok {
			window, want = "", rest
		}
		got := start(t, "sync{ default.rsync, source = source, target = target, rsync = { "+c.given+" } }").parts().args
		if strings.Contains(c.given, "hard_links") {
			window += "--no-inc-recursive "
		}
		options, ok := strings.CutSuffix(got, "--delete -r -- S T")
		if !ok || sortedLetters(options) != sortedLetters(strings.TrimRight(window+want, " ")+" ") {
			t.Errorf("%s: %s\nwanted %s%s", c.given, got, window, want)
		}
	}
	st := start(t, "sync{ default.rsync, source = source, target = target, rsync = { binary = '/bin/sh' } }")
	st.starts("/bin/sh", "--modify-window=-1 -lst --delete -r -- S T", "")
}

// sortedLetters puts the letters of single-letter options into one order: theirs means nothing.
func sortedLetters(options string) string {
	return regexp.MustCompile(`(^| )-[a-zA-Z0-9]{2,}`).ReplaceAllStringFunc(options, func(s string) string {
		head, letters, _ := strings.Cut(s, "-")
		b := []byte(letters)
		slices.Sort(b)
		return head + "-" + string(b)
	})
}

// §9: the options around those of the table rsync, at startup and while running, and what rsync reads.
func TestRsyncPhases(t *testing.T) {
	stubs(t)
	const x = "--modify-window=-1 -lst "
	const list = "--from0 --files-from=- "
	for _, c := range []struct{ name, given, startup, rules, running, paths string }{
		{"plain", "", x + "--delete -r -- S T", "",
			x + list + "--delete --delete-missing-args -- S T", "./d|./d/new|./gone|"},
		{"no delete", "delete = false", x + "-r -- S T", "",
			x + list + "--ignore-missing-args -- S T", "./d|./d/new|"},
		{"delete at startup", "delete = 'startup'", x + "--delete -r -- S T", "",
			x + list + "--ignore-missing-args -- S T", "./d|./d/new|"},
		{"delete while running", "delete = 'running'", x + "-r -- S T", "",
			x + list + "--delete --delete-missing-args -- S T", "./d|./d/new|./gone|"},
		{"rules", "filter = { '+ keep.o', '- *.o' }, exclude = { '/b c/', '*~' }",
			x + "--from0 --filter=merge - --delete -r -- S T", "+ keep.o|- *.o|- /b c/|- *~|",
			x + list + "--filter=+ keep.o --filter=- *.o --filter=- /b c/ --filter=- *~ --delete --delete-missing-args -- S T", "./d|./d/new|./gone|"},
		{"old way", "rsync = { transfer = 'filter' }", x + "--delete -r -- S T", "",
			x + "--from0 --filter=merge - --delete -r -- S T", "+ /d/***|+ /d/|+ /d/new|+ /d/new/***|+ /gone|+ /gone/***|- *|"},
		{"old way with rules", "rsync = { transfer = 'filter' }, exclude = '*~', delete = false", x + "--from0 --filter=merge - -r -- S T", "- *~|",
			x + "--from0 --filter=merge - -r -- S T", "- *~|+ /d/***|+ /d/|+ /d/new|+ /d/new/***|+ /gone|+ /gone/***|- *|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStage(t).config("sync{ default.rsync, source = source, target = target, " + c.given + " }")
			st.file("source/d/new", "x")
			st.start()
			st.starts("rsync", c.startup, c.rules)
			st.exit(0)
			st.advance(time.Second) // what appears during the startup is compared as a whole
			st.event(event.Create, "d/")
			st.event(event.Modify, "d/new")
			st.event(event.Delete, "gone")
			st.advance(14 * time.Second)
			st.quiet()
			st.advance(time.Second)
			st.starts("rsync", c.running, c.paths)
			st.exit(0)
			st.quiet()
		})
	}
}

// §9 target: a trailing slash unless it ends in a colon.
func TestRsyncTarget(t *testing.T) {
	stubs(t)
	for target, want := range map[string]string{"/t": "/t/", "/t/": "/t/", "h:": "h:", "h:d": "h:d/", "rsync://h/m": "rsync://h/m/", "-t": "-t/"} {
		st := start(t, fmt.Sprintf("sync{ default.rsync, source = source, target = %q }", target))
		if got := st.parts().args; !strings.HasSuffix(got, " -- S "+want) {
			t.Errorf("%s: %s", target, got)
		}
	}
	st := start(t, `sync{ default.rsync, source = source, host = "h", targetdir = "/t" }`)
	if got := st.parts().args; !strings.HasSuffix(got, " -- S h:/t/") {
		t.Errorf("host and targetdir: %s", got)
	}
}

// A name is data in every form in which it is handed to rsync.
// §9: every name is sent.
func TestRsyncNames(t *testing.T) {
	stubs(t)
	for _, c := range []struct{ name, path, filter string }{ // the filter of what is below has a wildcard, so that backslashes are escapes
		{"-n", "./-n", "/-n"}, {"a b", "./a b", "/a b"}, {"a\nb", "./a\nb", "/a\nb"}, {"$(id)", "./$(id)", "/$(id)"}, {"#x", "./#x", "/#x"},
		{"a*", "./a*", `/a\*`}, {"a?b", "./a?b", `/a\?b`}, {"[x]", "./[x]", `/\[x]`}, {`b\c`, `./b\c`, `/b\c`}, {`b\*`, `./b\*`, `/b\\\*`},
		{"\xff", "./\xff", "/\xff"}, {"; x", "./; x", "/; x"}, {"+ x", "./+ x", "/+ x"},
	} {
		st := newStage(t).config(`sync{ default.rsync, source = source, target = target, init = false }
sync{ default.rsync, source = source, target = target, init = false, rsync = { transfer = "filter" } }`)
		st.file("source/"+c.name, "")
		st.start()
		below := c.filter
		if !strings.ContainsAny(c.name, "*?[") {
			below = strings.ReplaceAll(c.filter, `\`, `\\`)
		}
		for i, want := range []string{c.path + "|", "+ " + c.filter + "|+ " + below + "/***|- *|"} {
			st.eventFor(i, event.Create, c.name)
			st.advance(15 * time.Second)
			if got := st.parts().input; got != want {
				t.Errorf("%q: %q, wanted %q", c.name, got, want)
			}
			st.exit(0)
		}
	}
}

// §9 full: the whole, or what is below a path.
func TestRsyncFull(t *testing.T) {
	stubs(t)
	st := start(t, `local inlet = sync{ default.rsync, source = source, target = target, init = false, exclude = "x" }
for i, path in ipairs{ "", "d/", "d/e" } do alarm(now() + i, function() inlet.createFullEvent(path) end) end`)
	for _, want := range []string{"- x|", "- x|+ /d/***|- *|", "- x|+ /d/|+ /d/e|+ /d/e/***|- *|"} {
		st.advance(time.Second)
		st.starts("rsync", "--modify-window=-1 -lst --from0 --filter=merge - --delete -r -- S T", want)
		st.exit(0)
	}
}

// §9 batchSizeLimit: a file that is larger goes alone.
func TestBatchSizeLimit(t *testing.T) {
	stubs(t)
	st := newStage(t).config(`sync{ default.rsync, source = source, target = target, init = false, batchSizeLimit = 10, maxProcesses = 9 }`)
	st.file("source/big", strings.Repeat("x", 11))
	st.file("source/edge", strings.Repeat("x", 10))
	st.file("source/small", "")
	st.file("source/huge", strings.Repeat("x", 100))
	st.start()
	for _, name := range []string{"small", "big", "edge", "gone", "huge"} {
		st.event(event.Create, name)
	}
	st.event(event.Attrib, "other")
	st.advance(15 * time.Second)
	var got []string
	for range 3 {
		got = append(got, st.parts().input)
	}
	// What is gone is listed as missing.
	want := []string{"./edge|./gone|./other|./small|", "./big|", "./huge|"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwanted %q", got, want)
	}
	st.quiet()
}

// §6, §9: what the exit codes of rsync lead to.
func TestRsyncExitCodes(t *testing.T) {
	stubs(t)
	verdicts := map[string][]int{
		"ok": {0, 24}, "partial": {23}, "die": {1, 4, 25, 7, 99, 2},
		"again": {3, 5, 6, 10, 11, 12, 14, 15, 16, 19, 20, 125, 21, 22, 30, 35, 255, 129, 137, 143, 192},
	}
	for verdict, codes := range verdicts {
		for _, code := range codes {
			for _, preset := range []string{"default.rsync, target = target", "default.rsyncssh, host = 'h', targetdir = '/t'"} {
				st := start(t, "sync{ "+preset+", source = source, init = false, rsync = { transfer = 'filter' } }")
				st.event(event.Create, "x")
				st.advance(15 * time.Second)
				st.parts()
				if got := st.verdict(code); got != verdict {
					t.Errorf("%s with %d: %s, not %s", preset, code, got, verdict)
				}
			}
		}
	}
}

// verdict ends the running work and its retries with code and tells how that is judged: of what fails in part the log
// says after four attempts that the target may differ there, and that it goes on being tried.
func (st *stage) verdict(code int) string {
	st.Helper()
	const bounded, unbounded = 4, 10
	for try := 1; try <= unbounded; try++ {
		st.unseen = nil
		st.exit(code)
		if st.ended != nil {
			return "die"
		}
		if st.lasts() {
			return map[int]string{bounded: "partial"}[try]
		}
		st.advance(10 * time.Minute)
		if len(st.unseen) == 0 {
			return map[int]string{1: "ok"}[try]
		}
	}
	return "again"
}

// lasts reports whether the log says of a failure that it is no longer waited for.
func (st *stage) lasts() bool {
	return slices.ContainsFunc(st.log.lines, func(l line) bool {
		return l.category == "Error" && strings.Contains(l.text, "it goes on being tried")
	})
}

// §9: exit code 2 of a receiver that cannot delete single paths; the next try lists the directories instead.
func TestRsyncContents(t *testing.T) {
	stubs(t)
	for _, preset := range []string{"default.rsync, target = target", "default.rsyncssh, host = 'h', targetdir = '/t', ssh = { multiplex = false }"} {
		st := newStage(t).config("sync{ " + preset + ", source = source, init = false }")
		st.file("source/d/kept", "")
		st.start()
		st.event(event.Delete, "d/gone")
		st.advance(15 * time.Second)
		if got := st.parts(); got.input != "./d/gone|" || !strings.Contains(got.args, " --delete --delete-missing-args -- S ") {
			t.Errorf("%s first: %q", preset, got)
		}
		st.exit(2)
		st.claim("Warn", "rsync at the target cannot delete single paths (exit code 2)")
		st.claim("Warn", "trying again")
		st.advance(time.Minute)
		if got := st.parts(); got.input != "./d/|" || !strings.Contains(got.args, " --delete -- S ") {
			t.Errorf("%s then: %q", preset, got)
		}
		// The second time it is fatal.
		st.exit(2)
		if st.ended == nil || st.ended.Code != 255 {
			t.Errorf("%s in the end: %v", preset, st.ended)
		}
	}
}

// With several processes a second one is on its way in the old manner when the first one fails.
func TestRsyncContentsTwoAtOnce(t *testing.T) {
	stubs(t)
	st := newStage(t).config("sync{ default.rsync, target = target, source = source, init = false, maxProcesses = 2 }")
	st.file("source/d/kept", "")
	st.file("source/e/kept", "")
	st.start()
	st.event(event.Delete, "d/gone")
	st.advance(15 * time.Second)
	st.parts()
	st.event(event.Delete, "e/gone")
	st.advance(15 * time.Second)
	st.parts()
	st.exit(2)
	st.exit(2)
	if st.ended != nil {
		t.Fatalf("ended with %d: %s", st.ended.Code, st.ended.Why)
	}
	st.advance(time.Minute)
	if got := st.parts(); !strings.Contains(got.args, " --delete -- S ") {
		t.Errorf("then: %q", got)
	}
	st.exit(2)
	if st.ended == nil || st.ended.Code != 255 {
		t.Errorf("in the end: %v", st.ended)
	}
}

// A user's own collect never sees the exit code 2 of such a receiver.
func TestRsyncContentsOwnCollect(t *testing.T) {
	stubs(t)
	st := newStage(t).config(`sync{ default.rsync, target = target, source = source, init = false,
		collect = function(agent, exitcode) return agent.config.exitcodes[exitcode] end }`)
	st.file("source/d/kept", "")
	st.start()
	st.event(event.Delete, "d/gone")
	st.advance(15 * time.Second)
	if got := st.parts(); got.input != "./d/|" || !strings.Contains(got.args, " --delete -- S ") {
		t.Errorf("%q", got)
	}
}

// §9: hard_links lists the siblings of a file that has several names.
func TestRsyncHardLinks(t *testing.T) {
	stubs(t)
	for links, want := range map[string]string{"true": "./a|./sub/b|", "false": "./a|"} {
		st := newStage(t).config("sync{ default.rsync, source = source, target = target, init = false, rsync = { hard_links = " + links + " } }")
		a := st.file("source/a", "x")
		st.file("source/sub/c", "y")
		if err := os.Link(a, filepath.Join(st.source, "sub/b")); err != nil {
			t.Fatal(err)
		}
		st.start()
		st.event(event.Modify, "a")
		st.advance(15 * time.Second)
		if got := st.parts().input; got != want {
			t.Errorf("hard_links = %s: %q", links, got)
		}
	}
}

// §9 rsyncssh: the words of ssh.
func TestRsyncsshOptions(t *testing.T) {
	stubs(t)
	for _, c := range []struct{ given, rsh, words string }{
		{"", "--rsh=ssh -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=PATH", "ssh -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=PATH"},
		{"ssh = { multiplex = false }", "--rsh=ssh", "ssh"},
		{"ssh = { multiplex = false, port = 2222 }", "--rsh=ssh -p 2222", "ssh -p 2222"},
		{"ssh = { multiplex = false, port = '2222' }", "--rsh=ssh -p 2222", "ssh -p 2222"},
		{"ssh = { multiplex = false, identityFile = '/my key' }", "--rsh=ssh -i '/my key'", "ssh -i /my key"},
		{"ssh = { multiplex = false, options = { User = 'u', Compression = 'yes' } }", "--rsh=ssh -o Compression=yes -o User=u", "ssh -o Compression=yes -o User=u"},
		{"ssh = { multiplex = false, _extra = { '-v', \"it's\" } }", "--rsh=ssh -v 'it''s'", "ssh -v it's"},
		{"ssh = { multiplex = false, binary = '/bin/sh' }", "--rsh=/bin/sh", "/bin/sh"},
		{"rsync = { rsh = 'ssh -p \"5 5\"' }", "--rsh=ssh -p \"5 5\"", "ssh -p 5 5"},
	} {
		st := start(t, "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', "+c.given+" }")
		hide := regexp.MustCompile(`ControlPath=\S*`)
		got := hide.ReplaceAllString(st.parts().args, "ControlPath=PATH")
		if !strings.Contains(got, " "+c.rsh+" ") || !strings.HasSuffix(got, " --delete -r -- S h:/t/") {
			t.Errorf("%s: %s\nwanted %s", c.given, got, c.rsh)
		}
		st.exit(0)
		st.event(event.Move, "a", "b")
		st.advance(15 * time.Second)
		moving := st.parts()
		words, _, _ := strings.Cut(hide.ReplaceAllString(moving.binary+" "+moving.args, "ControlPath=PATH"), " h exec sh ")
		if words != c.words {
			t.Errorf("%s: moves by %s\nwanted %s", c.given, words, c.words)
		}
	}
	for _, bad := range []string{"port = true", "identityFile = 5", "options = 'x'", "_extra = 5"} {
		got := problems(t, newStage(t).config("sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { "+bad+" } }"))
		if !strings.Contains(got, "ssh."+strings.Fields(bad)[0]+" must be ") {
			t.Errorf("%s: %q", bad, got)
		}
	}
}

// renames checks that a rename on the host h was started, and the first lines of what the shell there reads.
// The login shell may be any, so it sees no name and nothing that two of them would take for something else.
func (st *stage) renames(root, from, to string) {
	st.Helper()
	got := st.parts()
	if got.binary != "ssh" || got.args != "h exec sh -c 'sh; test $? = 42 || exit 73'" {
		st.Errorf("started %s %s", got.binary, got.args)
	}
	head, _, _ := strings.Cut(got.input, "\nunset ")
	if want := "{\nroot=" + root + "\nfrom=" + from + "\nto=" + to; head != want || !strings.HasSuffix(got.input, "\n}\n") {
		st.Errorf("the shell reads %q, wanted %q", head, want)
	}
}

// §9 rsyncssh: the remote command of a move, for every name, and a home directory.
func TestRsyncsshMove(t *testing.T) {
	stubs(t)
	for _, c := range []struct{ targetdir, from, to, rootWord, fromWord, toWord string }{
		{"/t", "a", "b", "'/t/'", "'/a'", "'/b'"},
		{"/t/", "d/", "e/f/", "'/t/'", "'/d'", "'/e/f'"},
		{"~/t", "a", "b", "~/'t/'", "'/a'", "'/b'"},
		{"~me/t", "a", "b", "~me/'t/'", "'/a'", "'/b'"},
		{"~$(id)/t", "a", "b", "'~$(id)/t/'", "'/a'", "'/b'"},
		{"t", "it's $(id)", "a\nb", "'t/'", `'/it'\''s $(id)'`, "'/a\nb'"},
		{"/t", "-n", "~/x", "'/t/'", "'/-n'", "'/~/x'"},
		{"/t", "~/x", "\xff!", "'/t/'", "'/~/x'", "'/\xff!'"},
	} {
		st := start(t, fmt.Sprintf("sync{ default.rsyncssh, source = source, host = 'h', targetdir = %q, init = false, ssh = { multiplex = false } }", c.targetdir))
		st.event(event.Move, c.from, c.to)
		st.advance(15 * time.Second)
		st.renames(c.rootWord, c.fromWord, c.toWord)
	}
}

// §9: what ssh would take for an option is no host.
func TestHosts(t *testing.T) {
	stubs(t)
	for _, host := range []string{"-h", "u@-h", "-u@h", "@h", "u@", "a b", "h\n", "u@x@-h"} {
		want := " is no host"
		if got := problems(t, newStage(t).config(fmt.Sprintf("sync{ default.rsyncssh, source = source, host = %q, targetdir = '/t' }", host))); !strings.Contains(got, want) {
			t.Errorf("%q: %q", host, got)
		}
		if got := problems(t, newStage(t).config(fmt.Sprintf("sync{ default.rsync, source = source, target = %q }", host+":/t"))); !strings.Contains(got, want) {
			t.Errorf("target at %q: %q", host, got)
		}
	}
	for _, target := range []string{"u@h:/t", "[::1]:/t", "u@[fe80::1%eth0]:/t", "h::m", "rsync://u@h/m", "-t", "./-x:y/"} {
		start(t, fmt.Sprintf("sync{ default.rsync, source = source, target = %q }", target))
	}
}

// §9 rsyncssh: where rsync is told to go. It knows no ~, but starts at home.
func TestRsyncsshTarget(t *testing.T) {
	stubs(t)
	for targetdir, want := range map[string]string{"/t": "h:/t/", "t": "h:t/", "~/t/": "h:t/", "~//t": "h:t/"} {
		st := start(t, fmt.Sprintf("sync{ default.rsyncssh, source = source, host = 'h', targetdir = %q }", targetdir))
		if got := st.parts().args; !strings.HasSuffix(got, " -- S "+want) {
			t.Errorf("%s: %s", targetdir, got)
		}
	}
}

// §9 rsyncssh: what the exit codes of a move lead to.
// §6: the exit codes of ssh.
func TestRsyncsshVerdicts(t *testing.T) {
	stubs(t)
	moved := func(t *testing.T) *stage {
		st := newStage(t).config("sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', init = false, ssh = { multiplex = false } }")
		st.file("source/e/b", "x")
		st.file("source/d/other", "x")
		st.start()
		st.event(event.Move, "d/a", "e/b")
		st.advance(15 * time.Second)
		st.renames("'/t/'", "'/d/a'", "'/e/b'")
		return st
	}
	const args = "--modify-window=-1 -lst --rsh=ssh --from0 --files-from=- --delete --delete-missing-args -- S h:/t/"
	t.Run("done", func(t *testing.T) {
		st := moved(t)
		st.exit(0)
		st.advance(15 * time.Second)
		// The times of both directories have changed.
		st.starts("rsync", args, "./d|./e/b|")
	})
	for _, code := range []int{1, 73, 127} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			st := moved(t)
			st.exit(code)
			st.claim("Warn", fmt.Sprintf("moving d/a on h failed with exit code %d; sending it instead", code))
			st.claim("Warn", "trying again")
			st.advance(15 * time.Second)
			st.starts("rsync", args, "./d/a|./e/b|")
			// Then rsync's codes count: 1 would be fatal, 24 is success.
			st.exit(24)
			st.advance(time.Hour)
			st.quiet()
		})
	}
	for _, code := range []int{255, 130} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			st := moved(t)
			st.exit(code)
			st.claim("Warn", "trying again")
			st.advance(15 * time.Second)
			st.renames("'/t/'", "'/d/a'", "'/e/b'")
		})
	}
	t.Run("fatal afterwards", func(t *testing.T) {
		st := moved(t)
		st.exit(73)
		st.advance(15 * time.Second)
		st.parts()
		st.exit(1)
		if st.ended == nil || st.ended.Code != 255 {
			t.Errorf("ended %v", st.ended)
		}
	})
	// What stands before a move goes first, what comes after it, afterwards.
	t.Run("order", func(t *testing.T) {
		st := newStage(t).config("sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', init = false, delete = false, ssh = { multiplex = false } }")
		for _, name := range []string{"one", "two", "new"} {
			st.file("source/"+name, "")
		}
		st.start()
		st.event(event.Create, "one")
		st.event(event.Move, "old", "new")
		st.event(event.Create, "two")
		st.advance(15 * time.Second)
		const args = "--modify-window=-1 -lst --rsh=ssh --from0 --files-from=- --ignore-missing-args -- S h:/t/"
		st.starts("rsync", args, "./one|")
		st.exit(0)
		st.renames("'/t/'", "'/old'", "'/new'")
		st.exit(0)
		if got := st.parts().input; !strings.Contains(got, "./two|") {
			t.Errorf("then %q", got)
		}
	})
}

// §9 direct: jobs in process, at startup, while running, and for a full sync.
func TestDirect(t *testing.T) {
	st := newStage(t).config(`local inlet = sync{ default.direct, source = source, target = target, exclude = "*.tmp" }
alarm(now() + 10, function() inlet.createFullEvent() end)
alarm(now() + 20, function() inlet.createFullEvent("late") inlet.createFullEvent("nosuch") end)`)
	st.file("source/first", "1")
	st.file("source/no.tmp", "1")
	st.file("target/stray", "1")
	st.start()
	st.mirrors("mirror S to T", 0, "first")

	st.file("source/d/new", "2")
	st.event(event.Create, "d/new")
	st.advance(time.Second)
	st.mirrors(`mirror Create "d/new" to T`, 0, "d d/new first")

	if err := os.Rename(st.source+"first", st.source+"second"); err != nil {
		t.Fatal(err)
	}
	st.event(event.Move, "first", "second")
	st.event(event.Delete, "d/")
	if err := os.RemoveAll(st.source + "d"); err != nil {
		t.Fatal(err)
	}
	st.advance(time.Second)
	st.mirrors("mirror 2 changes to T", 0, "second")

	st.file("source/late", "3")
	st.file("target/stray", "1")
	st.advance(8 * time.Second)
	st.mirrors("mirror S to T", 0, "late second")
	st.file("source/late", "33")
	st.file("target/stray", "1")
	st.advance(10 * time.Second)
	st.mirrors("mirror Slate to T", 0, "late second stray")
	st.mirrors("mirror Snosuch to T", 0, "late second stray")
	st.quiet()

	// A target whose own parent is missing is not made: it may be a disk that is not mounted.
	st = start(t, `sync{ default.direct, source = source, target = target .. "no/such" }`)
	st.mirrors("mirror S to Tno/such/", 11, "")
}

// mirrors runs the job that was started and compares the names in the target with want.
func (st *stage) mirrors(name string, code int, want string) {
	st.Helper()
	w := st.work()
	if got := strings.NewReplacer(st.source, "S", st.target, "T").Replace(w.Describe()); got != name {
		st.Errorf("started %s, not %s", got, name)
	}
	job, ok := w.(*process.Job)
	if !ok {
		st.Fatalf("%s is no job", w.Describe())
	}
	var out strings.Builder
	if got := job.Run(context.Background(), &out); got != code {
		st.Errorf("%s: exit code %d, not %d: %s", name, got, code, &out)
	}
	st.exit(code)
	var names []string
	err := filepath.WalkDir(st.target, func(path string, _ os.DirEntry, err error) error {
		if rel := strings.TrimPrefix(path, st.target); path+"/" != st.target && path != st.target {
			names = append(names, rel)
		}
		return err
	})
	if got := strings.Join(names, " "); err != nil || got != want {
		st.Errorf("%s: the target holds %s, not %s (%v)", name, got, want, err)
	}
}

// §9 direct: delete, and exit codes as rsync's.
func TestDirectDelete(t *testing.T) {
	for given, want := range map[string][2]string{"true": {"", ""}, "false": {"stray", "stray"}, `"startup"`: {"", "kept"}, `"running"`: {"stray", "stray"}} {
		st := newStage(t).config(`sync{ default.direct, source = source, target = target, delete = ` + given + ` }`)
		st.file("target/stray", "")
		st.start()
		st.mirrors("mirror S to T", 0, want[0])
		if given == `"startup"` {
			st.file("target/kept", "")
		}
		for _, name := range []string{"stray", "kept"} {
			st.event(event.Delete, name)
		}
		st.advance(time.Second)
		final := want[1]
		if given == `"running"` {
			final = ""
		}
		st.mirrors("mirror 2 changes to T", 0, final)
	}
}

// The library for scripts of one's own: what transfer refuses.
func TestTransferFaults(t *testing.T) {
	st := start(t, `sync{ source = source, onCreate = function(event)
	fails("the target is missing: write transfer.apply(event, { target =", transfer.apply, event)
	fails("transfer.tree: unknown option dleete; known are target, delete, workers", transfer.tree, event, { target = "/t", dleete = true })
	fails("must be an event or an event list", transfer.plan, {})
	fails("must be an event or an event list", transfer.apply, nil, { target = "/t" })
	spawn(event, "tool", "<", transfer.plan(event))
end }`)
	st.file("source/a", "")
	st.event(event.Create, "a")
	st.starts("tool", "", "./a|")
	st.quiet()
}

// §9 rsyncssh: where no private directory can be made, every ssh logs in by itself.
func TestNoControlDirectory(t *testing.T) {
	stubs(t)
	st := start(t, "lsyncd.controlpath = function() end\nsync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', init = false }")
	for range 2 {
		st.event(event.Create, "a")
		st.advance(15 * time.Second)
		if got := st.parts().args; !strings.Contains(got, " --rsh=ssh ") {
			t.Errorf("started %s", got)
		}
		st.exit(0)
	}
}

// §9 TestRsyncBarred: a directory that its owner has closed is not deleted when rsync is told of a missing path; the next try lists the
// directory that held it, and the one after that does as ever.
func TestRsyncBarred(t *testing.T) {
	stubs(t)
	for _, preset := range []string{"default.rsync, target = target", "default.rsyncssh, host = 'h', targetdir = '/t', ssh = { multiplex = false }"} {
		st := newStage(t).config("sync{ " + preset + ", source = source, init = false }")
		st.file("source/d/kept", "")
		st.start()
		said := []string{"rsync: [generator] delete_file: unlink(d/gone/f) failed: Permission denied (13)", "cannot delete non-empty directory: d/gone"}
		st.event(event.Delete, "d/gone/")
		for _, want := range []string{"./d/gone|", "./d/|", "./d/gone|"} {
			st.advance(time.Minute)
			if got := st.parts(); got.input != want {
				t.Errorf("%s: %q, want %q", preset, got, want)
			}
			st.exitWith(core.Result{Code: 23, Tail: said})
		}
	}
}
