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
	var list []scenario
	add := func(s scenario) { list = append(list, s) }
	rsync := func(name, options, keys string, ops []operation, differs ...*difference) {
		add(scenario{
			name: "default.rsync: " + name,
			config: `sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = $DELAY, ` + keys +
				` rsync = { binary = "$BIN/rsync", ` + options + ` } }`,
			tree: someTree, ops: ops, delay: 1, differs: slices.Concat(rsyncDiffers, differs),
		})
	}
	touch := []operation{appendText("f")}
	for _, p := range rsyncFlags {
		if p != "hard_links" {
			rsync("parameter "+p, p+" = true,", "", touch)
		}
	}
	rsync("parameter hard_links", "hard_links = true,", "", touch, wholeList)
	for _, p := range []string{"links", "times", "protect_args"} {
		rsync(p+" off", p+" = false,", "", touch)
	}
	for _, p := range []string{"perms", "owner", "group", "times", "links"} {
		rsync("archive without "+p, "archive = true, "+p+" = false,", "", touch)
	}
	for _, p := range slices.Sorted(maps.Keys(rsyncValues)) {
		rsync("parameter "+p, p+" = "+rsyncValues[p]+",", "", touch)
	}
	for _, given := range []string{`archive = 1`, `archive = "false"`, `compress = 0`, `_extra = "--stats"`} {
		rsync("value "+given, given+",", "", touch)
	}
	rsync("many options", `archive = true, compress = true, acls = true, bwlimit = 5, _extra = { "--fuzzy" },`, "", touch)
	for _, d := range []string{`true`, `false`, `"startup"`, `"running"`, `"before"`, `"true"`, `1`, `0`} {
		rsync("delete = "+d, "", "delete = "+d+",", []operation{appendText("f")}, missing)
	}
	for _, c := range changes {
		rsync(c.name, "", "", c.ops, c.trees...)
	}
	rsync("one exclude", "", `exclude = "*.tmp",`, []operation{write("a.tmp"), write("a.txt")})
	rsync("a number excluded", "", `exclude = { 7 },`, []operation{write("7"), write("a.txt")})
	rsync("excludes", "", `exclude = { "*.tmp", "/cache/", "d/e" },`, []operation{write("a.tmp"), write("a.txt"), appendText("d/e/b")})
	rsync("excludeFrom", "", `excludeFrom = "$DIR/source/f",`, []operation{write("a.tmp"), write("a.txt")})
	list[len(list)-1].tree = append([]operation{{"writetext", []string{"f", "*.tmp\n"}}}, someTree[1:]...)
	rsync("filter", "", `filter = { "+ a.tmp", "- *.tmp" },`, []operation{write("a.tmp"), write("b.tmp"), write("a.txt")})
	rsync("filter and exclude", "", `filter = { "+ a.tmp", "- b*" }, exclude = "*.tmp",`, []operation{write("a.tmp"), write("b.txt"), write("a.txt")})
	rsync("exit code again", "", "", touch)
	list[len(list)-1].exits = []exit{{"f", 12}}
	list[len(list)-1].pause = shortPause
	for _, code := range []int{1, 24, 99} {
		rsync(fmt.Sprint("exit code ", code), "", "", touch)
		list[len(list)-1].exits = []exit{{"/f", code}}
	}
	for _, code := range []int{0, 1, 12, 23, 24} {
		rsync(fmt.Sprint("startup exit code ", code), "", "", touch)
		list[len(list)-1].exits = []exit{{"$SOURCE", code}}
	}
	rsync("while rsync runs", "", "", []operation{hold, appendText("f"), held, appendText("f"), write("new"), remove("g"), settle, release, settle})
	rsync("batch after batch", "", "", []operation{appendText("f"), settle, appendText("g"), settle, remove("d")}, wholeTrees)
	for _, target := range []string{"host:dir", "host:", "host::module", "rsync://host/module", "user@host:/a b"} {
		rsync("target "+target, "", "", touch)
		list[len(list)-1].config = fmt.Sprintf(`sync { default.rsync, source = "$SOURCE", target = %q, delay = $DELAY, rsync = { binary = "$BIN/rsync" } }`, target)
	}
	for _, c := range changes {
		rsync("old way: "+c.name, "$FILTER", "", c.ops, c.trees...)
	}
	return list
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
