package main

// configs runs what a config may say and what it may not: with a fault nothing starts and the exit status is 255.
func configs() []scenario {
	var list []scenario
	add := func(name, config string, differs ...*difference) {
		list = append(list, scenario{
			name: "config: " + name, config: config + "\n", tree: someTree, ops: []operation{appendText("f")}, differs: differs,
		})
	}
	add("unknown key", `sync { default.rsync, source = "$SOURCE", target = "$TARGET", dely = 5 }`)
	add("unknown key of rsync", `sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsync = { archiv = true } }`)
	add("unknown setting", `settings { nodemon = true }`)
	add("missing source", `sync { default.rsync, target = "$TARGET" }`)
	add("source that does not exist", `sync { default.rsync, source = "$SOURCE/none", target = "$TARGET" }`)
	add("source that is a file", `sync { default.rsync, source = "$SOURCE/f", target = "$TARGET" }`)
	add("missing target", `sync { default.rsync, source = "$SOURCE" }`)
	add("no action", `sync { source = "$SOURCE", target = "$TARGET" }`, strict)
	add("syntax", `sync { default.rsync, source = "$SOURCE" target = "$TARGET" }`)
	add("error", `error("stop")`)
	add("undefined global", `sync { default.rsync, source = undefined .. "x", target = "$TARGET" }`)
	add("rsyncssh without host", `sync { default.rsyncssh, source = "$SOURCE", targetdir = "/x" }`)
	add("rsyncssh with two processes", `sync { default.rsyncssh, source = "$SOURCE", host = "h", targetdir = "/x", maxProcesses = 2 }`)
	add("onCreate with a preset", `sync { default.rsync, source = "$SOURCE", target = "$TARGET", onCreate = "true" }`)
	add("rsyncOpts", `sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsyncOpts = "-a" }`)
	add("settings assigned", `settings = { nodaemon = true }`)
	add("excludeFrom that does not exist", `sync { default.rsync, source = "$SOURCE", target = "$TARGET", excludeFrom = "$DIR/none" }`)
	add("a global read in a callback", `sync { source = "$SOURCE", onModify = function(event) spawn(event, "$BIN/record", tostring(rawget(_G, "nothing")), event.path) end }`)
	report := ` onModify = function(event) spawn(event, "$BIN/record", event.path, event.config.maxProcesses, event.config.delay, event.config.maxDelays) end }`
	add("settings before", `settings { maxProcesses = 3 } sync { source = "$SOURCE", delay = 0,`+report)
	add("settings as a flag", `settings { "nodaemon" } sync { source = "$SOURCE", delay = 0,`+report)
	add("settings read", `settings { statusInterval = 7 } sync { source = "$SOURCE", onModify = function(event) spawn(event, "$BIN/record", settings("statusInterval"), event.path) end }`)
	add("inherited twice", `base = { delay = 1, maxProcesses = 2 } middle = { base, maxProcesses = 3 } sync { middle, source = "$SOURCE",`+report)
	add("own value before inherited", `base = { delay = 1, maxDelays = 7 } sync { base, delay = 0, source = "$SOURCE",`+report)
	add("a preset of its own", `mine = { default.rsync, rsync = { binary = "$BIN/record" }, action = function(inlet)
		local e = inlet.getEvent() spawn(e, "$BIN/record", e.config.rsync.binary, tostring(e.config.delete), e.path) end, init = function(e) e.inlet.discardEvent(e) end }
		sync { mine, source = "$SOURCE", target = "$TARGET", delay = 0 }`)
	add("tables merged", `base = { checkgauge = { mine = true }, mine = { a = 1, b = { c = 2 } } } sync { base, source = "$SOURCE", mine = { b = { d = 3 } },
		onModify = function(event) local m = event.config.mine spawn(event, "$BIN/record", m.a, m.b.c, m.b.d, event.path) end }`)
	add("_merge = false", `base = { checkgauge = { mine = true }, mine = { _merge = false, a = 1 } } sync { base, source = "$SOURCE", mine = { b = 2 },
		onModify = function(event) local m = event.config.mine spawn(event, "$BIN/record", tostring(m.a), tostring(m.b), event.path) end }`)
	add("relative source", `lsyncd = lsyncd sync { source = "$DIR/./source/../source", onModify = function(event) spawn(event, "$BIN/record", event.source, event.path) end }`)
	add("libraries", `sync { source = "$SOURCE", onModify = function(event)
		spawn(event, "$BIN/record", string.format("%05d|%x", 42, 255), ("a,b"):gsub(",", ";"), table.concat({ 1, 2 }, "-"), math.floor(3.7), #"abc", tostring(nil), event.path)
	end }`)
	add("string library", `sync { source = "$SOURCE", onModify = function(event)
		spawn(event, "$BIN/record", ("x=1, y=2"):match("y=(%d)"), ("abc"):rep(2, "-"), ("%a"):byte(), select("#", 1, 2, 3), (table.unpack or unpack)({ "u", "v" }))
	end }`)
	for _, given := range []string{`maxDelays = 0`, `maxDelays = 0.5`, `pidfile = ""`, `statusFile = ""`, `insist = 1, logident = ""`, `nodaemon = "true"`, `statusInterval = -1`} {
		add("settings "+given, `settings { `+given+` } sync { source = "$SOURCE", delay = 0, onModify = "record ^path" }`)
	}
	add("loops", `for i = 1, 3 do sync { source = "$SOURCE", onModify = function(event) spawn(event, "$BIN/record", "sync" .. i, event.path) end } end`)
	list[len(list)-1].apart = true
	add("dofile", `dofile("$DIR/source/f")`)
	list[len(list)-1].tree = append([]operation{{"writetext", []string{"f", `sync { source = "$SOURCE", onModify = "true" }`}}}, someTree[1:]...)
	add("error in an action of one event", `sync { source = "$SOURCE", onCreate = "record ^path", onModify = function(event) spawn(event, "$BIN/record", event.path) end }`)
	return list
}
