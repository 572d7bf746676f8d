package main

// layer1 runs actions, lists, inlets and collects.
func layer1() []scenario {
	var l layer1List
	for _, add := range []func(*layer1List){(*layer1List).lists, (*layer1List).spawns, (*layer1List).eventFields, (*layer1List).collects, (*layer1List).startups, (*layer1List).filtersAndBlankets, (*layer1List).library, (*layer1List).severalSyncs} {
		add(&l)
	}
	return l
}

// layer1List is a list of scenarios of layer 1.
type layer1List []scenario

// sync adds a scenario of a sync with these keys, and head before it.
func (l *layer1List) sync(name, head, keys string, ops []operation, differs ...*difference) {
	*l = append(*l, scenario{
		name:    "layer 1: " + name,
		config:  head + `sync { source = "$SOURCE", target = "$TARGET", delay = $DELAY, exitcodes = { [0] = "ok" }, ` + keys + ` }`,
		tree:    someTree,
		ops:     ops,
		delay:   1,
		differs: differs,
	})
}

// last is the scenario that was added last.
func (l *layer1List) last() *scenario { return &(*l)[len(*l)-1] }

// each has a function that makes an action of a test of events.
const each = `
local function each(test)
	return function(inlet)
		local list = inlet.getEvents(test)
		local paths = list.getPaths(function(etype, path, path2) return etype .. path, path2 and etype .. path2 end)
		spawn(list, "$BIN/record", paths)
	end
end
`

// touches is one of each kind of change.
var touches = []operation{appendText("f"), appendText("g"), appendText("d/a"), remove("empty"), chmod("d/e/b")}

func (l *layer1List) lists() {
	l.sync("getEvents", each, `action = each(),`, touches)
	l.sync("getEvents with true", each, `action = each(function() return true end),`, touches)
	l.sync("getEvents with a test", each, `action = function(inlet)
		local event = inlet.getEvent()
		if event.etype ~= "Modify" then inlet.discardEvent(event) return end
		each(function(event) return event.etype == "Modify" end)(inlet)
	end,`, touches)
	l.sync("getEvents with break", each, `action = function(inlet)
		local n = 0
		each(function(event) n = n + 1; if n > 2 then return "break" end return true end)(inlet)
	end,`, touches)
	l.sync("getEvents with a directory left out", each, `action = function(inlet)
		local event = inlet.getEvent()
		if event.isdir then spawn(event, "$BIN/record", "alone", event.path) return end
		each(function(event) return not event.isdir end)(inlet)
	end,`, []operation{mkdir("n"), appendText("f"), remove("empty")})
	l.sync("getEvents with moves", each, `action = each(), onMove = true,`, []operation{move("f", "h"), appendText("g")})
}

func (l *layer1List) spawns() {
	l.sync("paths on standard input", "", `action = function(inlet)
		local list = inlet.getEvents()
		spawn(list, "$BIN/record", "<", table.concat(list.getPaths(function(etype, path) return path end), "\n"), "x", "y")
	end,`, touches)
	l.sync("empty standard input", "", `action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", "<", "", e.path) end,`, []operation{appendText("f")})
	l.sync("arguments spliced", "", `action = function(inlet)
		local e = inlet.getEvent()
		spawn(e, "$BIN/record", { "a", "b" }, nil, 12, { e.path }, "end")
	end,`, []operation{appendText("f")})
	l.sync("number arguments", "", `action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", 1, 2.5, -7, e.path) end,`, []operation{appendText("f")})
	l.sync("spawnShell", "", `action = function(inlet)
		local e = inlet.getEvent()
		spawnShell(e, [[record "$1" "$2" "$#"]], e.path, "two words")
	end,`, []operation{appendText("f")})
	l.sync("spawnShell of a list", "", `action = function(inlet)
		local l = inlet.getEvents()
		spawnShell(l, [[record "$@"]], l.getPaths(function(etype, path) return path end))
	end,`, touches)
	l.sync("spawnShell without arguments", "", `action = function(inlet) spawnShell(inlet.getEvent(), "record shell; record $#") end,`, []operation{appendText("f")})
	l.sync("discardEvent", "", `action = function(inlet)
		local e = inlet.getEvent()
		if e.etype == "Delete" then inlet.discardEvent(e) return end
		spawn(e, "$BIN/record", e.etype, e.path)
	end,`, touches)
}

func (l *layer1List) eventFields() {
	fields := `local function fields(e)
		return e.etype, e.status, tostring(e.isdir), e.name, e.basename, e.path, e.pathdir, e.pathname, e.source, e.sourcePath,
			e.sourcePathdir, e.sourcePathname, e.target, e.targetPath, e.targetPathdir, e.targetPathname, tostring(e.isList), e.move
	end
	`
	l.sync("fields of an event", fields, `action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", fields(e)) end,`,
		[]operation{appendText("f"), settle, appendText("d/e/b"), settle, mkdir("d/new"), settle, remove("empty")}, slashes)
	l.sync("fields of a move", fields, `onMove = true, action = function(inlet)
		local e, e2 = inlet.getEvent()
		spawn(e, "$BIN/record", "from", fields(e))
		if e2 then log("Normal", e2.path) end
	end,`, []operation{move("f", "d/h"), settle, move("d", "z")}, slashes)
	l.sync("fields of a destination", fields, `onMove = true, action = function(inlet)
		local e, e2 = inlet.getEvent()
		spawn(e, "$BIN/record", "to", fields(e2))
	end,`, []operation{move("f", "d/h"), settle, move("d", "z")}, slashes)
	l.sync("own fields of an event", "", `action = function(inlet)
		local e = inlet.getEvent()
		e.mine = "mine"
		local same = inlet.getEvent()
		spawn(e, "$BIN/record", rawget(same, "mine"), tostring(rawequal(e, same)), e.path)
	end,`, []operation{appendText("f")})
}

func (l *layer1List) collects() {
	l.sync("status in collect", "", `action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", e.status, e.path) end,
	collect = function(agent, exitcode)
		os.execute("record " .. agent.status .. " " .. exitcode .. " " .. agent.etype .. " " .. agent.path)
	end,`, []operation{appendText("f")})
	l.sync("collect of a list", "", `action = function(inlet) spawn(inlet.getEvents(), "$BIN/record", "list") end,
	collect = function(agent, exitcode)
		os.execute("record " .. tostring(agent.isList) .. " " .. exitcode .. " " .. table.concat(agent.getPaths(function(e, p) return p end), " "))
	end,`, touches)
	l.sync("size of a list", "", `action = function(inlet) local l = inlet.getEvents() spawn(l, "$BIN/record", #l.getPaths(function(e, p) return p end)) end,`, touches)
	l.sync("getPaths drops what the mutator drops", "", `action = function(inlet)
		local l = inlet.getEvents()
		spawn(l, "$BIN/record", l.getPaths(function(etype, path) if etype == "Modify" then return path end end))
	end,`, touches)
	l.sync("getConfig", "", `mine = nil, action = function(inlet)
		local e, c = inlet.getEvent(), inlet.getConfig()
		spawn(e, "$BIN/record", c.source, c.target, c.delay, c.maxProcesses, tostring(c == e.config), tostring(e.inlet == inlet), e.path)
	end,`, []operation{appendText("f")})
}

func (l *layer1List) startups() {
	l.sync("onStartup", "", `onStartup = function(event)
		spawn(event, "$BIN/record", event.etype, event.path, event.source, event.target, event.status)
	end, onModify = function() end,`, nil)
	l.sync("init", "", `init = function(event) spawn(event, "$BIN/record", event.etype, tostring(event.isdir)) end,
		action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", e.etype, e.path) end,`, []operation{appendText("f")})
	l.sync("init that discards", "", `init = function(event) event.inlet.discardEvent(event) end,
		action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", e.etype, e.path) end,`, []operation{appendText("f")})
	l.sync("prepare", "", `prepare = function(config, level) config.target = "changed" end,
		action = function(inlet) local e = inlet.getEvent() spawn(e, "$BIN/record", e.target, e.path) end,`, []operation{appendText("f")})
}

func (l *layer1List) filtersAndBlankets() {
	l.sync("addExclude in an action", "", `action = function(inlet)
		local e = inlet.getEvent()
		inlet.addExclude("/g")
		spawn(e, "$BIN/record", e.path, inlet.getExcludes())
	end,`, []operation{appendText("f"), settle, appendText("g"), settle, appendText("d/a")})
	l.sync("addExclude and rmExclude", "", `action = function(inlet)
		local e = inlet.getEvent()
		if e.path == "f" then inlet.addExclude("/g") else inlet.rmExclude("/g") end
		spawn(e, "$BIN/record", e.path, inlet.getExcludes())
	end,`, []operation{appendText("f"), settle, appendText("g"), settle, appendText("d/a"), settle, appendText("g")})
	l.sync("blanket event", "", `action = function(inlet)
		local l = inlet.getEvents()
		spawn(l, "$BIN/record", l.getPaths(function(etype, path) return path end))
	end,
	collect = function(agent, exitcode)
		if not agent.isList and agent.etype == "Blanket" then return end
		if agent.isList then
			local b = agent.config.source and inlets[1].createBlanketEvent()
			spawn(b, "$BIN/record", "blanket", b.etype, tostring(b.isdir))
		end
	end,`, touches)
	l.last().config = "inlets = {}\ninlets[1] = " + l.last().config
}

func (l *layer1List) library() {
	l.sync("readdir", "", `action = function(inlet)
		local e = inlet.getEvent()
		local names = {}
		for name, isdir in pairs(readdir(e.source)) do names[#names + 1] = name .. "=" .. tostring(isdir) end
		table.sort(names)
		spawn(e, "$BIN/record", names, e.path)
	end,`, []operation{appendText("f")})
	l.sync("alarm", "", `action = function(inlet)
		local e = inlet.getEvent()
		alarm(now() + 0.2, function(t, extra) os.execute("record alarm " .. extra) end, e.path)
		inlet.discardEvent(e)
	end,`, []operation{appendText("f"), settle, appendText("g")})
	l.sync("timestamps", "", `action = function(inlet)
		local e = inlet.getEvent()
		local t = now()
		spawn(e, "$BIN/record", tostring(t < t + 1), tostring(t <= t), tostring(t == t), tostring(t - 1 < t), tostring(t + 1 > t), e.path)
	end,`, []operation{appendText("f")})
	l.sync("inlet of sync", "local my\n", `onModify = function(event) spawn(event, "$BIN/record", event.path, tostring(event.inlet == my)) end,`, []operation{appendText("f")})
	l.last().config = "local my\nmy = " + l.last().config[len("local my\n"):]
	l.sync("string functions", "", `action = function(inlet)
		local e = inlet.getEvent()
		spawn(e, "$BIN/record", tostring(string.starts("abc", "ab")), tostring(string.ends("abc", "bc")), tostring(string.ends("abc", "b")), e.path)
	end,`, []operation{appendText("f")})
	l.sync("terminate", "", `action = function(inlet) os.execute("record bye") terminate(7) end,`, []operation{appendText("f")})
}

func (l *layer1List) severalSyncs() {
	l.sync("maxDelays", each, `maxDelays = 2, delay = 30, action = each(),`, []operation{appendText("f"), appendText("g")})
	l.sync("two syncs of one source", `sync { source = "$SOURCE", delay = 1, onModify = function(e) spawn(e, "$BIN/record", "one", e.path) end }
	`, `onModify = function(e) spawn(e, "$BIN/record", "two", e.path) end,`, touches)
	l.last().apart = true
	l.sync("nested syncs", `sync { source = "$SOURCE/d", delay = 1, onModify = function(e) spawn(e, "$BIN/record", "one", e.sourcePath) end }
	`, `onModify = function(e) spawn(e, "$BIN/record", "two", e.sourcePath) end,`, []operation{appendText("f"), appendText("d/a"), appendText("d/e/b")}, slashes)
	l.last().apart = true
}
