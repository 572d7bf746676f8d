package lua_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the time zones are the same wherever the tests run

	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
	"lsyncgo/lua"
	"lsyncgo/lua/config"
)

const idle = "sync{ source = source, onCreate = true }\n"

// §2: every fault of a config with its place and remedy, one a line.
// §1: a config that does not parse or fails.
// §7: what is wrong with a layer 3 text. §9: what presets refuse, and what is gone.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"syntax", "sync{\n  source = \n}", `config.lua:3: .*`},
		{"raised", "\nerror('my own')", `config.lua:2: my own`},
		{"no sync", "settings{}", `config.lua: no sync, watch or monitor is defined.* \(add sync\{.*`},
		{"unknown setting", "\nsettings{ logfil = 'x' }" + idle, `config.lua:2: settings: unknown setting "logfil" \(did you mean "logfile"\?\)`},
		{"flag by name", "settings{ 'insit' }" + idle, `config.lua:1: settings: unknown setting "insit" \(did you mean "insist"\?\)`},
		{"no name", "settings{ true }" + idle, `config.lua:1: settings: the entry true is neither a key nor a name .*`},
		{"wrong types", "settings{ maxDelays = {} } settings{ nodaemon = {} } settings{ logfile = 3 }" + idle,
			"config.lua:1: settings: maxDelays must be a whole number of at least 1, not a table .*\n" +
				"config.lua:1: settings: nodaemon must be true or false, not a table .*\n" +
				"config.lua:1: settings: logfile must be a string, not 3 .*"},
		{"seconds", "settings{ statusInterval = 'often' }" + idle, `config.lua:1: settings: statusInterval must be a number of seconds, 0 or more, not "often" .*`},
		{"choice", "settings{ onDie = 'stop' }" + idle, `config.lua:1: settings: onDie must be "exit" or "stop-sync", not "stop" .*`},
		{"inotifyMode", "settings{ inotifyMode = 'Close' }" + idle, `config.lua:1: settings: inotifyMode must be .*"CloseWrite or Modify".*`},
		{"settings assigned", "\nsettings = { logfile = 'x' }\n" + idle,
			`config.lua:2: settings is a function: it cannot be assigned to \(write settings\{ \.\.\. \} without the equals sign\)`},
		{"settings of a number", "settings(7)" + idle, `config.lua:1: settings takes a table.* it got 7`},
		{"settings of an unknown name", "settings('logfiles')" + idle, `config.lua:1: settings\("logfiles"\): there is no such setting; did you mean "logfile"\?`},
		{"sync of nothing", "sync()", `config.lua:1: sync takes a table.* it got nil`},
		{"no source", "sync{ onCreate = true }", `config.lua:1: sync "Sync1": source is missing \(add source = "/directory"\)`},
		{"missing source", "sync{ source = '/no/such', onCreate = true }", `config.lua:1: sync "Sync1": source "/no/such" does not exist \(create it, or use -insist to wait for it\)`},
		{"zero bytes", "sync{ default.rsync, source = source, target = '/t\\0', rsync = { _extra = { '--a\\0' } } }",
			`config.lua:1: sync "Sync1": rsync._extra must be a list of strings without zero bytes.*\n.*target has a zero byte in it.*`},
		{"zero byte in a source", "sync{ source = '/a\\0b', onCreate = true }", `config.lua:1: sync "Sync1": source has a zero byte in it, .*`},
		{"zero byte in a tunnel", "tunnel{ command = { 'ssh', 'a\\0' } }" + idle, `config.lua:1: tunnel: command must be a list of strings without zero bytes.*`},
		{"source is a file", "io.open(source .. 'f', 'w'):close() sync{ source = source .. 'f', onCreate = true }", `config.lua:1: sync "Sync1": source ".*" is not a directory .*`},
		{"no action", "sync{ source = source }", `config.lua:1: sync "Sync1": there is no action \(inherit a preset.*`},
		{"misspelt preset", "sync{\n  default.rsyc, source = source }", `config.lua:1: sync "Sync1": there is no action \(default.rsyc is not defined; did you mean default.rsync\?\)`},
		{"quoted preset", "sync{ 'default.rsync', source = source, onCreate = true }", `config.lua:1: sync "Sync1": the sync holds "default.rsync" without a key \(write default.rsync, without quotes\)`},
		{"preset of a preset", "if default.mine then x = 1 end\nsync{ default.rsync, source = source, target = '/t' }\nsync{ source = source }", `config.lua:3: sync "Sync2": there is no action \(inherit a preset.*`},
		{"misspelt function", "snyc{ source = source }", `config.lua:1: attempt to call a value that is not a function \(snyc is not defined; did you mean sync\?\)`},
		{"unknown table", "local a = os.getenv('x')\nmine.delay = 3", `config.lua:2: attempt to index .* \(mine is not defined\)`},
		{"missing comma", "sync{ source = source\n  delay = 5 }", `config.lua:2: syntax error near 'delay' \(is a comma missing before it\?\)`},
		{"comment sign", "settings{}\n# a comment", `config.lua:2: .* \(comments in Lua begin with --\)`},
		{"comment sign behind", "sync{ onCreate = true, # here\n source = source }", `config.lua:2: .* \(comments in Lua begin with --\)`},
		{"comment of C", "sync{ onCreate = true, // here\n source = source }", `config.lua:1: .*comments in Lua begin with --.*`},
		{"comment of C within", "local a = { 1 /* x */ }", `config.lua:1: .*comments in Lua begin with --.*`},
		{"comment of C behind", "local a = 1 // x", `config.lua:1: .*comments in Lua begin with --.*`},
		{"comparison for assignment", "x == 1", `config.lua:1: .* \(an assignment has one equals sign, .*`},
		{"comparison for a key", "sync{ default.rsync, source == source, target = '/t' }", `(?s)config.lua:1: sync "Sync1": the sync holds true without a key \(write key = value; with two equals signs it is a comparison\).*`},
		{"assignment for comparison", "if x = 1 then end", `config.lua:1: .* \(a comparison has two equals signs, .*`},
		{"increment", "local x = 1\nx += 1", `config.lua:2: .* \(write it out, x = x \+ 1\)`},
		{"increment of C", "local x = 1\nx++", `config.lua:2: .* \(write it out, x = x \+ 1\)`},
		{"and of C", "if a && b then end", `config.lua:1: .*write and, or, not.*`},
		{"or of C", "if a || b then end", `config.lua:1: .*write and, or, not.*`},
		{"not of C", "if !a then end", `config.lua:1: .*\(write not\)`},
		{"a variable of JavaScript", "var x = 1", `config.lua:1: .*\(a variable begins with local, .*`},
		{"fsync of rsync", "sync{ default.rsync, source = source, target = '/t', fsync = true }", `config.lua:1: sync "Sync1": unknown parameter "fsync" \(default.direct has it; for rsync .* "--fsync" .*`},
		{"fsync in rsync", "sync{ default.rsync, source = source, target = '/t', rsync = { fsync = true } }", `config.lua:1: sync "Sync1": unknown parameter "rsync.fsync" \(for rsync .* "--fsync" .*`},
		{"a word in _extra", "sync{ default.rsync, source = source, target = '/t', rsync = { _extra = { '--stats', 'archive' } } }", `config.lua:1: sync "Sync1": rsync._extra: "archive" is no option, .* \(write "--archive"\)`},
		{"an empty word in _extra", "sync{ default.rsync, source = source, target = '/t', rsync = { _extra = { '' } } }", `config.lua:1: sync "Sync1": rsync._extra has an empty word, .* \(remove it\)`},
		{"what is sent is removed", "sync{ default.rsync, source = source, target = '/t', rsync = { _extra = { '--remove-source-files' } } }", `config.lua:1: sync "Sync1": --remove-source-files: what rsync has sent and removes from the source would be deleted at the target as well \(write delete = false\)`},
		{"a port in the host", "sync{ default.rsyncssh, source = source, host = 'me@h:2222', targetdir = '/t' }", `config.lua:1: sync "Sync1": the host "me@h:2222" has a port \(write host = "me@h", ssh = \{ port = 2222 \}\)`},
		{"a directory in the host", "sync{ default.rsyncssh, source = source, host = 'me@h:/x', targetdir = '/t' }", `config.lua:1: sync "Sync1": the host "me@h:/x" has a directory \(write host = "me@h", targetdir = "/x"\)`},
		{"a scheme in the host", "sync{ default.rsyncssh, source = source, host = 'ssh://h', targetdir = '/t' }", `config.lua:1: sync "Sync1": the host "ssh://h" begins as a URL does \(write host = "h"\)`},
		{"colons", "sync{\n default.rsync,\n source: \"/srv\" }", `config.lua:3: .* \(write an equals sign, key = value\)`},
		{"path without quotes", "sync{ source = /srv/www }", `config.lua:1: .* \(put paths in quotes, source = "/directory"\)`},
		{"remote path without quotes", "sync{ target = me@host:/srv }", `config.lua:1: .*\(put paths in quotes.*`},
		{"home without quotes", "sync{ source = ~/www }", `config.lua:1: .*\(put paths in quotes.*`},
		{"list in brackets", "sync{ exclude = [ 'a', 'b' ] }", `config.lua:1: .* \(lists in Lua are in braces, exclude = \{ "a", "b" \}\)`},
		{"quoted keys", "sync{ \"source\": \"/srv\" }", `config.lua:1: .* \(keys stand without quotes.*`},
		{"YAML", "---\nsettings:\n  insist: true\n", `config.lua:\d: .* \(this looks like YAML;.*`},
		{"YAML list", "# mine\nsync:\n - source: /srv\n", `config.lua:\d: .* \(this looks like YAML;.*`},
		{"JSON", "{ \"sync\": {} }", `config.lua:1: .* \(this looks like JSON;.*`},
		{"INI", "[sync]\nsource = /srv\n", `config.lua:1: .* \(\[name\] is a section of an INI file;.*`},
		{"XML", "<lsyncd version=\"1\">\n</lsyncd>", `config.lua:1: .* \(this is XML, the config of Lsyncd 1; .*`},
		{"XML with a head", "<?xml version=\"1.0\"?>\n<lsyncd/>", `config.lua:1: .* \(this is XML, the config of Lsyncd 1; .*`},
		{"UTF-16", "s\x00y\x00n\x00c\x00{\x00}\x00", `config.lua:1: .* \(the file is in UTF-16; .*`},
		{"UTF-16 with a mark", "\xff\xfes\x00y\x00n\x00c\x00", `config.lua:1: .* \(the file is in UTF-16; .*`},
		{"sync in round brackets", "sync( default.rsync, source = '/srv' )", `config.lua:1: .* \(sync takes a table: .*`},
		{"not equal", "if a != b then end", `config.lua:1: .* \("is not" is ~= in Lua\)`},
		{"a field of nil", "conf = {}\nlocal x = conf.paths.source", `config.lua:2: attempt to index a nil value \(key 'source'\): conf.paths is nil`},
		{"an index of nil", "conf = {}\nlocal x = conf.paths['source']", `config.lua:2: attempt to index a nil value \(key 'source'\): conf.paths is nil`},
		{"one of two", "local a, b = {}, nil\nlocal x = a.k, b.k", `config.lua:2: attempt to index a nil value \(key 'k'\)`},
		{"home of the source", "sync{ source = '~/www', onCreate = true }", `config.lua:1: sync "Sync1": source "~/www" does not exist \(nothing expands a ~ here: .*`},
		{"delete of rsync", "sync{ default.rsync, source = source, target = '/t', rsync = { delete = true } }",
			`config.lua:1: sync "Sync1": unknown parameter "rsync.delete" \(delete belongs to the sync: write sync\{ ..., delete = ..., rsync = \{ ... \} \}\)`},
		{"archive of the sync", "sync{ default.rsync, source = source, target = '/t', archive = true }",
			`config.lua:1: sync "Sync1": unknown parameter "archive" \(it belongs into the table rsync: write rsync = \{ archive = ... \}\)`},
		{"missing then", "if a b = 3 end", `config.lua:1: .*`},
		{"typographic quotes", "sync{ source = “/srv” }", `config.lua:1: unexpected symbol near '<\\226>' \(a character that Lua does not know,.*`},
		{"a startup of nothing", "sync{ source = source, onStartup = true }", `config.lua:1: sync "Sync1": there is no action .*`},
		{"typo", "sync{\n  source = source,\n  onCreate = true, exclud = 'x' }", `config.lua:1: sync "Sync1": unknown parameter "exclud" \(did you mean "exclude"\? if it is no typo, add it to checkgauge\)`},
		{"two typos", "sync{ source = source, onCreate = true, a1 = 1, b2 = 2 }",
			"config.lua:1: sync \"Sync1\": unknown parameter \"a1\" .*\nconfig.lua:1: sync \"Sync1\": unknown parameter \"b2\" .*"},
		{"nested typo", "sync{ default.rsync, source = source, target = '/t', rsync = { archiv = true } }", `config.lua:1: sync "Sync1": unknown parameter "rsync.archiv" \(did you mean "archive"\?.*`},
		{"forbidden by a preset", "sync{ default.rsync, source = source, target = '/t', onCreate = true }", `config.lua:1: sync "Sync1": parameter "onCreate" cannot be used with this preset \(remove it\)`},
		{"stray value", "sync{ default.direct, source = source, target = '/t', 'insist' }", `config.lua:1: sync "Sync1": the sync holds "insist" without a key .*`},
		{"prepare raises", "sync{ source = source, onCreate = true,\n prepare = function() error('mine') end }", `config.lua:2: sync "Sync1": mine`},
		{"types", "sync{ source = source, onCreate = 7, action = 'x', delay = 'soon', subdirs = {} }",
			"config.lua:1: sync \"Sync1\": action must be a function, not \"x\"\n" +
				"config.lua:1: sync \"Sync1\": delay must be a number of seconds, 0 or more, not \"soon\" .*\n" +
				"config.lua:1: sync \"Sync1\": onCreate must be a function, a string, true or false, not 7\n" +
				"config.lua:1: sync \"Sync1\": subdirs must be true or false, not a table .*\n" +
				"config.lua:1: sync \"Sync1\": there is no action .*"},
		{"maxProcesses", "sync{ source = source, onCreate = true, maxProcesses = 0/0 }", `config.lua:1: sync "Sync1": maxProcesses must be a whole number of at least 1, not NaN .*`},
		{"exit codes", "sync{ source = source, onCreate = true, exitcodes = { [1] = 'retry' } }", `config.lua:1: sync "Sync1": exitcodes\[1\] = "retry" is no exit code with a meaning .*`},
		{"exit codes of ssh", "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', sshExitCodes = { [1] = 'retry' } }", `config.lua:1: sync "Sync1": sshExitCodes\[1\] = "retry" is no exit code with a meaning .*`},
		{"names", "sync{ source = source, onCreate = true, name = 'a' }\nsync{ source = source, onCreate = true, name = 'a' }", `config.lua:2: sync "Sync2": the name is taken by the sync at .*config.lua:1 .*`},
		{"exclude", "sync{ source = source, onCreate = true, exclude = { true, 'ok' } }", `config.lua:1: sync "Sync1": exclude must be a list of strings; it has \[1\] = true .*`},
		{"filter", "sync{ source = source, onCreate = true, filter = { 'x' } }", `config.lua:1: sync "Sync1": filter: .*`},
		{"excludeFrom", "sync{ source = source, onCreate = true, excludeFrom = 'no such' }", `config.lua:1: sync "Sync1": excludeFrom: .*no such.*`},
		{"crontab", "sync{ source = source, onCreate = true, crontab = { '* * *', '0 0 0 31 2 *' } }",
			"config.lua:1: sync \"Sync1\": crontab \"\\* \\* \\*\": .*\nconfig.lua:1: sync \"Sync1\": crontab \"0 0 0 31 2 \\*\" never comes .*"},
		{"layer 3", "sync{ source = source, onCreate = 'cp ^sourcepath x', onDelete = ' ' }",
			"config.lua:1: sync \"Sync1\": onCreate: unknown variable \\^sourcepath \\(did you mean \\^sourcePath\\?\\)\n" +
				"config.lua:1: sync \"Sync1\": onDelete: the command is empty"},
		{"old options", "sync{ default.rsync, source = source, target = '/t', rsyncOpts = '-a' }", `config.lua:1: sync "Sync1": rsyncOpts is gone \(use rsync = \{.*`},
		{"older options", "sync{ default.rsync, source = source, target = '/t', rsyncOps = '-a' }", `config.lua:1: sync "Sync1": rsyncOps is gone \(use rsync = \{.*`},
		{"order", "sync{ source = '/no/such', onCreate = true }\nsettings{ bad = 1 }",
			"config.lua:1: sync .*\nconfig.lua:2: settings: unknown setting \"bad\".*"},
		{"rsync without target", "sync{ default.rsync, source = source }", `config.lua:1: sync "Sync1": default.rsync needs a target .*`},
		{"rsync to a URL", "sync{ default.rsync, source = source, target = 'ssh://h/t' }", `config.lua:1: sync "Sync1": target: rsync knows no ssh:// \(write "host:directory"\)`},
		{"source of a wrong type", "sync{ onCreate = true, source = 5 }", `config.lua:1: sync "Sync1": source must be a string, not 5 .*`},
		{"rsyncssh", "sync{ default.rsyncssh, source = source, maxProcesses = 2, target = 'x' }",
			"config.lua:1: sync \"Sync1\": parameter \"target\" cannot be used with this preset .*\n" +
				"config.lua:1: sync \"Sync1\": default.rsyncssh needs a host .*\n" +
				"config.lua:1: sync \"Sync1\": default.rsyncssh needs a targetdir .*\n" +
				"config.lua:1: sync \"Sync1\": maxProcesses must be 1 with default.rsyncssh.*"},
		{"host that is an option", "sync{ default.rsyncssh, source = source, host = '-oProxyCommand=x', targetdir = '/t' }", `config.lua:1: sync "Sync1": "-oProxyCommand=x" is no host .*`},
		{"direct", "sync{ default.direct, source = source, target = '//' }", `config.lua:1: sync "Sync1": default.direct refuses the target / .*`},
		{"direct without target", "sync{ default.direct, source = source, target = '' }", `config.lua:1: sync "Sync1": default.direct needs a target .*`},
		{"direct fsync", "sync{ default.direct, source = source, target = '/t', fsync = {} }", `config.lua:1: sync "Sync1": fsync must be true or false.*`},
		{"direct remote", "sync{ default.direct, source = source, target = 'h:/x' }", `config.lua:1: sync "Sync1": default.direct needs a local target .*`},
		{"direct as root", "transfer.unsafe = function() return true end sync{ default.direct, source = source, target = '/t' }", `config.lua:1: sync "Sync1": default.direct is not safe as root on this system: .*add unsafe = true.*`},
		{"direct as root, unsafe what", "sync{ default.direct, source = source, target = '/t', unsafe = 1 }", `config.lua:1: sync "Sync1": unsafe must be true or false, not 1`},
		{"values of rsync", "sync{ default.rsync, source = source, target = '/t', delete = {}, rsync = { archive = {}, rsh = true, transfer = 'x' }, batchSizeLimit = 'x' }",
			"config.lua:1: sync \"Sync1\": batchSizeLimit must be a number of bytes, not \"x\"\n" +
				"config.lua:1: sync \"Sync1\": delete must be true, false, \"startup\" or \"running\", not a table\n" +
				"config.lua:1: sync \"Sync1\": rsync.archive must be true or false, not a table\n" +
				"config.lua:1: sync \"Sync1\": rsync.rsh must be a string or a number, not true\n" +
				"config.lua:1: sync \"Sync1\": rsync.transfer must be \"plan\" or \"filter\", not \"x\""},
		{"prepare of a wrong type", "sync{ source = source, onCreate = true, prepare = 5 }", `config.lua:1: sync "Sync1": prepare must be a function, not 5`},
		{"no rsync", "sync{ default.rsync, source = source, target = '/t', rsync = { binary = '/no/such/rsync' } }", `config.lua:1: sync "Sync1": start /no/such/rsync: .*`},
		{"no ssh", "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { binary = '/no/such/ssh' } }", `config.lua:1: sync "Sync1": start /no/such/ssh: .*`},
	} {
		t.Run(c.name, func(t *testing.T) {
			stubs(t)
			got := problems(t, newStage(t).config(c.text))
			if !regexp.MustCompile(`^(?:` + c.want + `)$`).MatchString(got) {
				t.Errorf("got\n%s\nwanted\n%s", got, c.want)
			}
		})
	}
}

// What the table of §9 accepts with a warning, and the two legacy forms of settings.
// §2: settings.key = value.
func TestWarnings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"settings.x", "settings.nodaemon = true\n" + idle, `config.lua:1: settings.nodaemon = ... is an assignment to a function \(write settings\{ nodaemon = ... \}\)`},
		{"xargs", "sync{ default.rsync, source = source, target = '/t', xargs = {} }", `config.lua:1: sync "Sync1": xargs is ignored.*`},
		{"host and targetdir", "sync{ default.rsync, source = source, host = 'h', targetdir = '/t' }", `config.lua:1: sync "Sync1": default.rsync with host and targetdir is old .*`},
		{"direct with rsync options", "sync{ default.direct, source = source, target = '/t', rsync = { archive = true, compress = true, bwlimit = 5 } }",
			`config.lua:1: sync "Sync1": default.direct copies without rsync and ignores rsync.bwlimit, rsync.compress \(.*`},
		{"missing source with insist", "settings{ insist = true } sync{ source = '/no/such', onCreate = true }", `config.lua:1: sync "Sync1": source "/no/such" does not exist .*`},
		{"log in a source", "settings{ logfile = source .. '/log', statusFile = source .. '/a/st' }\nsync{ source = source, onModify = 'true ^path' }", "config.lua:2: sync \"Sync1\": logfile .*/log is in the source: .* \\(.* exclude = { \"/log\" }\\)\nconfig.lua:2: sync \"Sync1\": statusFile .* exclude = { \"/a/st\" }\\)"},
		{"log that no sync hears", "settings{ logfile = source .. '/a/log', statusFile = source .. '/st' }\nsync{ source = source, onModify = 'true ^path', exclude = { '/st', 'a/' } }\nsync{ source = source, onModify = 'true ^path', exclude = '/st', subdirs = false }\nsync{ source = source, onDelete = true }", ``},
		{"home of the target", "sync{ default.rsync, source = source, target = '~/x' }", `config.lua:1: sync "Sync1": target "~/x/" is a directory called ~ \(nothing expands a ~ here: .*`},
		{"first line of a shell", "# mine\n" + idle, `config.lua:1: the first line begins with # and is skipped; .* \(comments in Lua begin with --\)`},
		{"first line of a script", "#!/usr/bin/lsyncgo\n" + idle, ``},
		{"words of other languages", "sync{ source = source, onCreate = true, subdirs = True,\n tunnel = null }", `config.lua:1: True is a variable to Lua, .* \(write true\)\nconfig.lua:2: null is a variable to Lua, .* \(write nil\)`},
		{"a port in the target", "sync{ default.rsync, source = source, target = 'me@h:2222:/x' }", `config.lua:1: sync "Sync1": target: 2222 is no port to rsync, .* \(.* host = "me@h", targetdir = "/x", ssh = \{ port = 2222 \}, or target = "me@h:/x", rsync = \{ rsh = "ssh -p 2222" \}\)`},
		{"a port before the path", "sync{ default.rsync, source = source, target = 'h:2222/x' }", `config.lua:1: sync "Sync1": target: 2222 is no port to rsync, .*`},
		{"rsync's own port", "sync{ default.rsync, source = source, target = 'rsync://h:2222/x' }", ``},
		{"a host in the directory", "sync{ default.rsyncssh, source = source, host = 'h', targetdir = 'h:/x' }", `config.lua:1: sync "Sync1": targetdir: "h:/x" would be a directory of that name .*`},
		{"a parent that is missing", "sync{ default.direct, source = source, target = source .. '/../no/such' }", `config.lua:1: sync "Sync1": the directory "no" above the target is missing, .* \(create it; .*`},
		{"a target that is a file", "sync{ default.rsync, source = source, target = source .. '/../config.lua' }", `config.lua:1: sync "Sync1": the target "config.lua" is no directory .*`},
		{"no identity file", "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { identityFile = source .. '/../key' } }", `config.lua:1: sync "Sync1": ssh.identityFile: read ".*key": no such file or directory .*`},
		{"no identity file of rsh", "sync{ default.rsync, source = source, target = 'h:/t', rsync = { rsh = 'ssh -p 22 -i ' .. source .. '/../key' } }", `config.lua:1: sync "Sync1": rsync.rsh: -i: read ".*key": no such .*`},
		{"an identity file for all", "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { _extra = { '-i', source .. '/../config.lua' } } }", `config.lua:1: sync "Sync1": ssh._extra: -i: others can read or write ".*config.lua" \(mode 0644\), .* \(chmod 600 it\)`},
		{"an identity file of the working directory", "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { identityFile = 'key' } }", `config.lua:1: sync "Sync1": ssh.identityFile: read "key": no such file .*`},
		{"two options in one word", "sync{ default.rsync, source = source, target = 'h:/t', rsync = { _extra = { '--inplace --partial', '--bwlimit 5', '--timeout=3 -v', '-v -a' } } }",
			`.*"--inplace --partial" is one word, and so one option \(write "--inplace", "--partial"\)\n.*"--bwlimit 5" is one word.*\n.*"--timeout=3 -v" is .*\n.*"-v -a" is one word.*`},
		{"values with blanks", "sync{ default.rsync, source = source, target = 'h:/t', rsync = { _extra = { '--rsh=ssh -p 3', '-e ssh -p 3', '-f- *.x', '--filter=- /x', '--exclude=a b' } } }", ``},
		{"a dry run in _extra", "sync{ default.rsync, source = source, target = 'h:/t', rsync = { _extra = { '-n' } } }", `config.lua:1: sync "Sync1": --dry-run: rsync changes nothing at the target .*`},
		{"a borrowed preset", "sync{ source = source, target = 'h:/t', init = default.rsync.init, action = default.rsync.action }", `config.lua:1: sync "Sync1": init is that of default.rsync, which the sync does not inherit: it gets the rest of the preset as well \(inherit it, .*`},
		{"files-from", "sync{ default.rsync, source = source, target = 'h:/t', rsync = { _extra = { '--files-from=/l' } } }", `config.lua:1: sync "Sync1": --files-from=/l: each change runs the command of the startup again, .*`},
		{"relative", "sync{ default.rsync, source = source, target = 'h:/t', rsync = { _extra = { '-R' } } }", `config.lua:1: sync "Sync1": --relative: the whole path of the source .*`},
		{"the same twice", "sync{ default.rsync, source = source, target = 'h:/t' }\nsync{ default.rsync, source = source .. '/', target = 'h:/t/' }", `config.lua:2: sync "Sync2": it has the same source and target as the sync at config.lua:1: .*`},
		{"the same with other rules", "sync{ default.rsync, source = source, target = 'h:/t', filter = { '+ /a', '- *' } }\nsync{ default.rsync, source = source, target = 'h:/t', exclude = '/a', delete = false }", ``},
		{"an empty name", "sync{ source = source, onCreate = true, name = '' }", `config.lua:1: sync "Sync1": name is empty, and the sync is called Sync1 \(leave it out, .*`},
		{"nothing", idle, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			stubs(t)
			st := newStage(t).config(c.text)
			if got := problems(t, st); got != "" {
				t.Fatal(got)
			}
			var lines []string
			for _, w := range st.rt.Warnings() {
				lines = append(lines, strings.ReplaceAll(w.String(), st.dir+"/", ""))
			}
			if got := strings.Join(lines, "\n"); !regexp.MustCompile(`^(?:` + c.want + `)$`).MatchString(got) {
				t.Errorf("got\n%s\nwanted\n%s", got, c.want)
			}
		})
	}
}

// §2 settings{}: every key, and what becomes of it.
func TestSettings(t *testing.T) {
	st := newStage(t).config(`
settings{ shutdownTimeout = 35, logfile = "log", pidfile = "/run/p", statusFile = "sub/status", statusInterval = 2.5, logfacility = "user",
	logident = "me", logformat = "json", "insist", "onepass", inotifyMode = "CloseWrite or Modify",
	maxProcesses = 3, maxDelays = 50 }
settings{ delay = 1.5, scriptTimeout = 0, scriptMemory = "512M", monitor = "poll", pollInterval = 0.25, onDie = "stop-sync", maxProcesses = 4, fsync = true }
same(settings("maxProcesses"), 4)
same(settings("insist"), true)
same(settings("pidfile"), "/run/p")
same(settings("nodaemon"), true) -- by the command line
same(settings.delay, 1.5)
` + idle)
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	delay := 1500 * time.Millisecond
	want := config.Settings{
		LogFile: st.dir + "/log", PidFile: "/run/p", StatusFile: st.dir + "/sub/status", StatusInterval: 2500 * time.Millisecond,
		LogFacility: "user", LogIdent: "me", LogFormat: "json", Insist: true, OnePass: true, NoDaemon: true,
		Mode: event.CloseWriteOrModify, MaxProcesses: 4, MaxDelays: 50, Delay: &delay, Monitor: "poll", PollInterval: 250 * time.Millisecond, OnDieStop: true,
		ScriptMemory: 512 << 20, Fsync: true, ShutdownTimeout: 35 * time.Second,
	}
	if got := st.rt.Settings(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwanted\n%+v", got, want)
	}
}

// §2: settings that nobody made.
func TestSettingsDefaults(t *testing.T) {
	st := newStage(t).config(idle)
	st.options.NoDaemon = false
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	want := config.Settings{StatusInterval: 10 * time.Second, LogFormat: "text", ScriptTimeout: 10 * time.Second, ScriptMemory: 1 << 30, ShutdownTimeout: 30 * time.Second}
	if got := st.rt.Settings(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwanted\n%+v", got, want)
	}
}

// §1: the command line beats settings{}, for scripts and for the program. default.statusInterval is old, and works.
// §2: settings("key") tells what the command line said.
func TestSettingsOfCommandLine(t *testing.T) {
	second := 1.0
	st := newStage(t).config(`settings{ logfile = "a", pidfile = "b", monitor = "poll", delay = 5, insist = false, onepass = false }
default.statusInterval = 4
same(settings("logfile") .. settings("pidfile") .. settings("monitor"), "/l/pinotify")
same(settings("delay"), 1)
same(settings("insist"), true)
same(settings("onepass"), true)
sync{ source = source, onCreate = true, monitor = "poll" }
print("a", 1)`)
	o := &st.options
	o.Delay, o.Insist, o.OnePass, o.LogFile, o.PidFile, o.Monitor = &second, true, true, "/l", "/p", "inotify"
	printed := ""
	o.Print = func(line string) { printed += line + "|" }
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	got := st.rt.Settings()
	want := config.Settings{StatusInterval: 4 * time.Second, LogFormat: "text", ScriptTimeout: 10 * time.Second, ScriptMemory: 1 << 30, ShutdownTimeout: 30 * time.Second, Insist: true, OnePass: true,
		NoDaemon: true, LogFile: "/l", PidFile: "/p", Monitor: "inotify", Delay: got.Delay}
	if !reflect.DeepEqual(got, want) || *got.Delay != time.Second {
		t.Errorf("got\n%+v\nwanted\n%+v", got, want)
	}
	if m := st.rt.Scripts.Syncs()[0].Monitor; m != "inotify" {
		t.Errorf("the sync has the monitor %q, not the one of the command line", m)
	}
	if printed != "a\t1|" {
		t.Errorf("printed %q", printed)
	}
}

// §1, §9: the command line beats the sync, which beats settings wherever they stand, which beat presets and defaults.
// §2: delay that nobody sets is 0. §4: the defaults 1000 and 1.
func TestPrecedence(t *testing.T) {
	stubs(t)
	second := 1.0
	for _, c := range []struct {
		name, text     string
		delay          *float64
		want           time.Duration
		max, processes int
	}{
		{"default", `sync{ source = source, onCreate = true }`, nil, 0, 1000, 1},
		{"preset", `sync{ default.rsync, source = source, target = "/t" }`, nil, 15 * time.Second, 1000, 1},
		{"direct", `sync{ default.direct, source = source, target = "/t" }`, nil, time.Second, 1000, 1},
		{"settings over preset", `settings{ delay = 3, maxDelays = 7, maxProcesses = 5 } sync{ default.rsync, source = source, target = "/t" }`,
			nil, 3 * time.Second, 7, 5},
		{"settings after the sync", `sync{ default.rsync, source = source, target = "/t" } settings{ delay = 3, maxDelays = 7, maxProcesses = 5 }`,
			nil, 3 * time.Second, 7, 5},
		{"settings over default", `sync{ source = source, onCreate = true } settings{ delay = 3, maxDelays = 7, maxProcesses = 5 }`,
			nil, 3 * time.Second, 7, 5},
		{"sync over settings", `sync{ default.rsync, source = source, target = "/t", delay = 4, maxDelays = 8, maxProcesses = 2 } settings{ delay = 3, maxDelays = 7, maxProcesses = 5 }`,
			nil, 4 * time.Second, 8, 2},
		{"zero of the sync over settings", `sync{ default.rsync, source = source, target = "/t", delay = 0 } settings{ delay = 3 }`, nil, 0, 1000, 1},
		{"inherited over settings", `local mine = { default.rsync, delay = 4, maxProcesses = 2 } sync{ mine, source = source, target = "/t" } settings{ delay = 3, maxProcesses = 5 }`,
			nil, 4 * time.Second, 1000, 2},
		{"changed preset over settings", `default.rsync.delay = 6 sync{ default.rsync, source = source, target = "/t" } settings{ delay = 3 }`,
			nil, 6 * time.Second, 1000, 1},
		{"command line over settings", `settings{ delay = 3 } sync{ source = source, onCreate = true }`, &second, time.Second, 1000, 1},
		{"command line over the sync", `sync{ source = source, onCreate = true, delay = 4 }`, &second, time.Second, 1000, 1},
		{"rsyncssh keeps its one process", `settings{ maxProcesses = 5 } sync{ default.rsyncssh, source = source, host = "h", targetdir = "/t" }`,
			nil, 15 * time.Second, 1000, 1},
		{"fractions", `sync{ source = source, onCreate = true, delay = 0.25 }`, nil, 250 * time.Millisecond, 1000, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStage(t).config(c.text)
			st.options.Delay = c.delay
			if got := problems(t, st); got != "" {
				t.Fatal(got)
			}
			s := st.rt.Scripts.Syncs()[0]
			if s.Delay != c.want || s.MaxDelays != c.max || s.MaxProcesses != c.processes {
				t.Errorf("delay %v, maxDelays %d, maxProcesses %d; wanted %v, %d, %d", s.Delay, s.MaxDelays, s.MaxProcesses, c.want, c.max, c.processes)
			}
		})
	}
}

// §1: syncs of the command line, and what options beat.
func TestCommandLine(t *testing.T) {
	stubs(t)
	st := newStage(t)
	st.options.Syncs = []config.CommandLineSync{
		{Preset: "rsync", Args: []string{st.source, "h:/t"}},
		{Preset: "rsyncssh", Args: []string{st.source, "host", "~/dir"}},
		{Preset: "direct", Args: []string{st.source, "/t"}},
	}
	st.options.SSHOptions = `-o 'User=a b' -v`
	st.start()
	var got []string
	for range 3 {
		got = append(got, st.work().Describe())
	}
	want := []string{
		"rsync --modify-window=-1 -lst --delete -r -- " + st.source + " h:/t/",
		`rsync --modify-window=-1 -lst '--rsh=ssh -o '\''User=a b'\'' -v -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=PATH' --delete -r -- ` + st.source + " host:dir/",
		"mirror " + st.source + " to /t/",
	}
	got[1] = regexp.MustCompile(`ControlPath=[^']*`).ReplaceAllString(got[1], "ControlPath=PATH")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("started\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	st.quiet()

	for _, bad := range []config.Options{
		{Syncs: []config.CommandLineSync{{Preset: "rsync", Args: []string{"one"}}}},
		{Syncs: []config.CommandLineSync{{Preset: "nosuch", Args: []string{"one"}}}},
		{Syncs: []config.CommandLineSync{{Preset: "rsyncssh", Args: []string{st.source, "h", "t"}}}, SSHOptions: "'open"},
	} {
		bad.Log, bad.NoDaemon = st.log, true
		if rt, err := config.Load(bad); err == nil {
			rt.Scripts.Close()
			t.Errorf("no error with %+v", bad)
		}
	}
}

// §9: a daemon works in /, so a relative target is refused, but only where it is local.
func TestRelativeTarget(t *testing.T) {
	stubs(t)
	for _, c := range []struct {
		text     string
		nodaemon bool
		ok       bool
	}{
		{`sync{ default.rsync, source = source, target = "here" }`, false, false},
		{`sync{ default.direct, source = source, target = "./here" }`, false, false},
		{`sync{ default.rsync, source = source, target = "./a:b" }`, false, false},
		{`sync{ default.rsync, source = source, target = "here" }`, true, true},
		{`sync{ default.rsync, source = source, target = "/here" }`, false, true},
		{`sync{ default.rsync, source = source, target = "host:here" }`, false, true},
		{`sync{ default.rsync, source = source, target = "rsync://host/here" }`, false, true},
		{`sync{ default.rsyncssh, source = source, host = "h", targetdir = "here" }`, false, true},
		{`sync{ source = source, target = "a word", onCreate = true }`, false, true},
	} {
		st := newStage(t).config(c.text)
		st.options.NoDaemon = c.nodaemon
		got := problems(t, st)
		if (got == "") != c.ok || !c.ok && !strings.Contains(got, "is relative, and a daemon works in /") {
			t.Errorf("%s with nodaemon %v: %q", c.text, c.nodaemon, got)
		}
	}
}

// §2: a script that ends the program while it is loaded.
func TestExitWhileLoading(t *testing.T) {
	for text, code := range map[string]int{"terminate(3)": 3, "terminate(-1)": 255, "pcall(os.exit, 4)": 4, "os.exit(true)": 0,
		"sync{ source = source, onCreate = true, prepare = function() terminate(5) end }": 5} {
		st := newStage(t).config(text)
		err := st.load()
		var exit *lua.ExitError
		if !errors.As(err, &exit) || exit.Code != code {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// §4, §9: of what the default action finds no function for nothing is lost on it.
func TestIgnores(t *testing.T) {
	st := newStage(t).config(`
sync{ source = source, onModify = "true" }
sync{ source = source, onCreate = function() end, onDelete = function() end, onAttrib = true }
sync{ source = source, onModify = "true", action = function() end }
sync{ default.direct, source = source, target = "/t" }
`)
	if got := problems(t, st); got != "" {
		t.Fatal(got)
	}
	var got []string
	for _, s := range st.rt.Scripts.Syncs() {
		got = append(got, fmt.Sprint(s.Ignores))
	}
	if want := []string{"[Attrib Create Delete]", "[Attrib Modify]", "[]", "[]"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A directory that moved comes with its contents, unless the action is a preset's own, which takes them with it.
// §9: trees.
func TestTakesTrees(t *testing.T) {
	st := newStage(t).config(`
sync{ default.rsync, source = source, target = "/t" }
sync{ default.direct, source = source, target = "/t" }
sync{ default.rsync, source = source, target = "/t", action = function() end }
sync{ source = source, onCreate = true }
sync{ source = source, onCreate = true, action = default.action }
local mine = { default.rsyncssh, host = "h" }
sync{ mine, source = source, targetdir = "/t" }
`)
	if got := problems(t, st); got != "" {
		t.Fatal(got)
	}
	var got []bool
	for _, s := range st.rt.Scripts.Syncs() {
		got = append(got, s.TakesTrees)
	}
	if want := []bool{true, true, false, false, false, true}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// §2 source: absolute, symlinks resolved, one trailing slash; name by position.
// §7: onMove = true. §8: the rules of exclude, excludeFrom, filter and filterFrom, in their order.
func TestSyncConfig(t *testing.T) {
	st := newStage(t).config(`
settings{ pollInterval = 1.5 }
sync{ source = "source", subdirs = false, onCreate = true, target = "/t" }
sync{ source = target .. "../source//", name = "own", onMove = true, init = false, crontab = { "0 0 3 * * *" } }
sync{ source = source, onCreate = true, delete = "startup", prepare = false, monitor = "poll", pollInterval = 0.5,
	filter = "+ a", exclude = { "b", "/c/" }, filterFrom = "filters", excludeFrom = { "excludes" } }
`)
	st.file("filters", "# comment\n+ d\n\n- e\n")
	st.file("excludes", "# comment\nf\n- g\n+ ignored\n")
	if got := problems(t, st); got != "" {
		t.Fatal(got)
	}
	var got []string
	for _, s := range st.rt.Scripts.Syncs() {
		var rules []string
		for _, r := range s.Rules {
			rules = append(rules, r.String())
		}
		got = append(got, fmt.Sprint(s.Name, " ", s.Source == st.source, " ", s.Target, " flat=", s.Flat, " moves=", s.KeepMoves,
			" init=", s.HasInit, " ", s.Monitor, " ", s.PollInterval, " ", strings.Join(rules, ",")))
	}
	want := []string{
		"Sync1 true /t flat=true moves=false init=true  1.5s ",
		"own true  flat=false moves=true init=false  1.5s ",
		"Sync3 true  flat=false moves=false init=true poll 500ms + a,+ d,- e,- b,- /c/,- f,- g",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// In the night in which clocks are set back a fixed time comes once, any hour twice.
// §9: crontab goes by the clock on the wall.
func TestCrontabRepeatedHour(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	st := newStage(t).config(`
sync{ source = source, crontab = "0 30 2 * * *", onFull = function() ok("fixed") end }
sync{ source = source, crontab = "0 30 * * * *", onFull = function() ok("any") end }`)
	st.now = time.Date(2026, 10, 25, 1, 45, 0, 0, berlin)
	st.start().advance(3 * time.Hour) // to 3:45
	if got := strings.Join(st.logged("Ok"), " "); got != "fixed any any any" && got != "any fixed any any" {
		t.Errorf("came %s", got)
	}
}

// A sync that has died gets no more Full events: nothing would ever take them.
func TestCrontabOfStopped(t *testing.T) {
	st := start(t, `settings{ onDie = "stop-sync" } sync{ source = source, crontab = { "30 * * * * *" }, onFull = true, onCreate = "tool", exitcodes = { [5] = "die" } }`)
	st.event(event.Create, "x")
	st.advance(5 * time.Second)
	st.exit(5)
	st.advance(time.Hour)
	if s := st.core.Snapshot(st.now, nil).Syncs[0]; s.State != status.Stopped || s.Pending != 0 {
		t.Errorf("%s, %d events wait", s.State, s.Pending)
	}
	if at, ok := st.core.Alarm(); ok {
		t.Errorf("an alarm at %v is left", at)
	}
}

// crontab: Full events at those times.
// §9: seconds come first.
func TestCrontab(t *testing.T) {
	st := start(t, `sync{ source = source, crontab = { "30 0 * * * *", "30 0 2 * * *" }, onFull = function(event) ok("full " .. (now() .. "")) end }`)
	st.advance(2*time.Hour + time.Minute)
	for _, at := range []string{"00:00:30", "01:00:30", "02:00:30", "02:00:30"} {
		st.claim("Ok", "full 2026-01-01 "+at)
	}
	st.quiet()
}
