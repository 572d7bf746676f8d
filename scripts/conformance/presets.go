package main

import (
	"fmt"
	"maps"
	"slices"
)

// rsyncDiffers is what every call of rsync by a preset differs in.
var rsyncDiffers = []*difference{quickCheck, spelling, archive, wholeTimes, ignoreErrors, oldWay, startupRules, exactPaths}

// rsyncFlags are the parameters of rsync = {} that are on or off.
var rsyncFlags = []string{
	"acls", "append", "archive", "backup", "checksum", "compress", "copy_dirlinks", "copy_links", "cvs_exclude",
	"dry_run", "executability", "existing", "group", "hard_links", "ignore_times", "inplace", "ipv4", "ipv6", "keep_dirlinks", "links",
	"omit_dir_times", "omit_link_times", "one_file_system", "owner", "perms", "protect_args", "prune_empty_dirs", "quiet", "sparse", "times",
	"update", "verbose", "whole_file", "xattrs",
}

// rsyncValues are those with a value.
var rsyncValues = map[string]string{
	"backup_dir": `"/old"`, "bwlimit": "1000", "chmod": `"u+w"`, "chown": `"a:b"`, "groupmap": `"a:b"`, "password_file": `"/secret"`,
	"rsh": `"/bin/rsh -x"`, "rsync_path": `"/opt/rsync"`, "suffix": `".old"`, "temp_dir": `"/tmp/x"`, "timeout": "60", "usermap": `"a:b"`,
	"_extra": `{ "--one", "-q two" }`,
}

// presets runs default.rsync: its parameters, its batches, its exit codes, and the old way.
func presets() []scenario {
	var l rsyncScenarios
	l.parameters()
	l.rules()
	l.endings()
	for _, c := range changes {
		l.add("old way: "+c.name, "$FILTER", "", c.ops, c.trees...)
	}
	return l
}

// rsyncScenarios are those of default.rsync.
type rsyncScenarios []scenario

// add adds one with keys of the table rsync and of the sync, and returns it.
func (l *rsyncScenarios) add(name, options, keys string, ops []operation, differs ...*difference) *scenario {
	*l = append(*l, scenario{
		name: "default.rsync: " + name,
		config: `sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = $DELAY, ` + keys +
			` rsync = { binary = "$BIN/rsync", ` + options + ` } }`,
		tree: someTree, ops: ops, delay: 1, differs: slices.Concat(rsyncDiffers, differs),
	})
	return &(*l)[len(*l)-1]
}

// oneChange is what has most of them do something.
var oneChange = []operation{appendText("f")}

func (l *rsyncScenarios) parameters() {
	for _, p := range rsyncFlags {
		if p != "hard_links" {
			l.add("parameter "+p, p+" = true,", "", oneChange)
		}
	}
	l.add("parameter hard_links", "hard_links = true,", "", oneChange, wholeList)
	for _, p := range []string{"links", "times", "protect_args"} {
		l.add(p+" off", p+" = false,", "", oneChange)
	}
	for _, p := range []string{"perms", "owner", "group", "times", "links"} {
		l.add("archive without "+p, "archive = true, "+p+" = false,", "", oneChange)
	}
	for _, p := range slices.Sorted(maps.Keys(rsyncValues)) {
		l.add("parameter "+p, p+" = "+rsyncValues[p]+",", "", oneChange)
	}
	for _, given := range []string{`archive = 1`, `archive = "false"`, `compress = 0`, `_extra = "--stats"`} {
		l.add("value "+given, given+",", "", oneChange)
	}
	l.add("many options", `archive = true, compress = true, acls = true, bwlimit = 5, _extra = { "--fuzzy" },`, "", oneChange)
	for _, d := range []string{`true`, `false`, `"startup"`, `"running"`, `"before"`, `"true"`, `1`, `0`} {
		l.add("delete = "+d, "", "delete = "+d+",", oneChange, missing)
	}
}

func (l *rsyncScenarios) rules() {
	for _, c := range changes {
		l.add(c.name, "", "", c.ops, c.trees...)
	}
	l.add("one exclude", "", `exclude = "*.tmp",`, []operation{write("a.tmp"), write("a.txt")})
	l.add("a number excluded", "", `exclude = { 7 },`, []operation{write("7"), write("a.txt")})
	l.add("excludes", "", `exclude = { "*.tmp", "/cache/", "d/e" },`, []operation{write("a.tmp"), write("a.txt"), appendText("d/e/b")})
	rules := l.add("excludeFrom", "", `excludeFrom = "$DIR/source/f",`, []operation{write("a.tmp"), write("a.txt")})
	rules.tree = append([]operation{{"writetext", []string{"f", "*.tmp\n"}}}, someTree[1:]...)
	l.add("filter", "", `filter = { "+ a.tmp", "- *.tmp" },`, []operation{write("a.tmp"), write("b.tmp"), write("a.txt")})
	l.add("filter and exclude", "", `filter = { "+ a.tmp", "- b*" }, exclude = "*.tmp",`, []operation{write("a.tmp"), write("b.txt"), write("a.txt")})
}

func (l *rsyncScenarios) endings() {
	s := l.add("exit code again", "", "", oneChange)
	s.exits = []exit{{"f", 12}}
	s.pause = shortPause
	for _, code := range []int{1, 24, 99} {
		s := l.add(fmt.Sprint("exit code ", code), "", "", oneChange)
		s.exits = []exit{{"/f", code}}
	}
	for _, code := range []int{0, 1, 12, 23, 24} {
		s := l.add(fmt.Sprint("startup exit code ", code), "", "", oneChange)
		s.exits = []exit{{"$SOURCE", code}}
	}
	l.add("while rsync runs", "", "", []operation{hold, appendText("f"), held, appendText("f"), write("new"), remove("g"), settle, release, settle})
	l.add("batch after batch", "", "", []operation{appendText("f"), settle, appendText("g"), settle, remove("d")}, wholeTrees)
	for _, target := range []string{"host:dir", "host:", "host::module", "rsync://host/module", "user@host:/a b"} {
		s := l.add("target "+target, "", "", oneChange)
		s.config = fmt.Sprintf(`sync { default.rsync, source = "$SOURCE", target = %q, delay = $DELAY, rsync = { binary = "$BIN/rsync" } }`, target)
	}
}

// rsyncssh runs moves and other changes with a stand-in for ssh.
func rsyncssh() []scenario {
	var list []scenario
	add := func(name, keys, ssh string, ops []operation, differs ...*difference) {
		list = append(list, scenario{
			name: "default.rsyncssh: " + name,
			config: `sync { default.rsyncssh, source = "$SOURCE", host = "host", targetdir = "/target", delay = $DELAY, ` + keys +
				` rsync = { binary = "$BIN/rsync" }, ssh = { binary = "$BIN/ssh", ` + ssh + ` } }`,
			tree: someTree, ops: ops, delay: 1, pause: shortPause, differs: slices.Concat([]*difference{multiplex, remoteMove}, rsyncDiffers, []*difference{afterMove}, differs),
		})
	}
	for _, c := range changes {
		add(c.name, "", "", c.ops, c.trees...)
	}
	touch := []operation{appendText("f"), settle, move("f", "h")}
	add("port", "", "port = 2222,", touch)
	add("identityFile", "", `identityFile = "/key",`, touch)
	add("options", "", `options = { BatchMode = "yes" },`, touch)
	add("_extra", "", `_extra = { "-v", "-4" },`, touch, sshExtra)
	add("exclude", `exclude = "*.tmp",`, "", []operation{write("a.tmp"), appendText("f"), settle, move("f", "f.tmp")})
	add("failed move", "", "", []operation{move("f", "h")}, failedMove)
	list[len(list)-1].exits = []exit{{"/f'", 1}} // as an argument of Lsyncd's, in what lsyncgo's shell reads
	add("ssh fails", "", "", []operation{move("f", "h")})
	list[len(list)-1].exits = []exit{{"/f'", 255}}
	add("quotes in a move", "", "", []operation{write("a'b"), settle, move("a'b", `c "d`)})
	return list
}

// wrappers are presets as configs have them that change something about them. A preset that is copied into a config is
// lsyncgo's own text, which Lsyncd cannot run: it runs its own preset.
var wrappers = []struct{ name, before, preset, keys string }{
	{"wrapped action", "", "default.rsync", `action = function(inlet) return default.rsync.action(inlet) end, rsync = { binary = "$RSYNC" },`},
	{"wrapped action", "", "default.direct", `action = function(inlet) return default.direct.action(inlet) end,`},
	{"wrapped prepare", "", "default.rsync", `prepare = function(config, level) return default.rsync.prepare(config, level) end, rsync = { binary = "$RSYNC" },`},
	{"wrapped init and several processes", "", "default.rsync", `init = function(event) return default.rsync.init(event) end, maxProcesses = 3, rsync = { binary = "$RSYNC" },`},
	{"copied", "$COPY(rsync)", "default.rsync", `rsync = { binary = "$RSYNC" },`},
	{"copied", "$COPY(direct)", "default.direct", ""},
	{"copied and wrapped", "$COPY(rsync)", "default.rsync", `action = function(inlet) return default.rsync.action(inlet) end, rsync = { binary = "$RSYNC" },`},
}

// forReal runs the presets with the real rsync and compares what they make of the target.
func forReal() []scenario {
	var list []scenario
	add := func(name, preset, keys string, ops []operation, differs ...*difference) {
		list = append(list, scenario{
			name:   preset + " for real: " + name,
			config: `sync { ` + preset + `, source = "$SOURCE", target = "$TARGET", delay = $DELAY, ` + keys + ` }`,
			tree:   append([]operation{writeTarget("stale"), writeTarget("d/stale")}, someTree...),
			ops:    ops, delay: 1, differs: differs,
		})
	}
	for _, c := range changes {
		var direct []*difference
		switch c.name {
		case "attrib file", "attrib directory":
			direct = append(direct, attribs)
		case "symlink":
			direct = append(direct, symlinks)
		}
		add(c.name, "default.rsync", `rsync = { archive = true, binary = "$RSYNC" },`, c.ops)
		add(c.name, "default.direct", "", c.ops, direct...)
	}
	several := []operation{appendText("f"), remove("g"), remove("d/e"), write("n/1"), move("d/a", "n/2")}
	for _, d := range []string{"true", "false", `"startup"`, `"running"`} {
		add("delete = "+d, "default.rsync", "delete = "+d+`, rsync = { binary = "$RSYNC" },`, several)
		add("delete = "+d, "default.direct", "delete = "+d+",", several)
	}
	for _, p := range []string{"archive", "hard_links", "copy_links", "checksum", "whole_file", "inplace", "existing", "update"} {
		add(p, "default.rsync", "rsync = { "+p+` = true, binary = "$RSYNC" },`, append([]operation{symlink("s", "f"), hardlink("l", "f")}, several...))
	}
	for _, w := range wrappers {
		add(w.name, w.preset, w.keys, several)
		list[len(list)-1].config = w.before + list[len(list)-1].config
	}
	for _, e := range []string{"*.tmp", "/d/", "e", "d/*", "f"} {
		ops := append([]operation{write("x.tmp"), write("d/x.tmp"), write("f"), settle}, several...)
		add("exclude "+e, "default.rsync", fmt.Sprintf(`exclude = %q, rsync = { binary = "$RSYNC" },`, e), ops)
		add("exclude "+e, "default.direct", fmt.Sprintf("exclude = %q,", e), ops)
	}
	return list
}
