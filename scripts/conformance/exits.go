package main

// exitCodes runs verdicts over exit codes.
func exitCodes() []scenario {
	var list []scenario
	sync := func(name, keys string, exits []exit, ops []operation, differs ...*difference) {
		list = append(list, scenario{
			name:    "exit codes: " + name,
			config:  reporting + `sync { source = "$SOURCE", target = "$TARGET", delay = $DELAY, ` + plain + keys + ` }`,
			tree:    someTree,
			ops:     ops,
			exits:   exits,
			pause:   shortPause,
			differs: differs,
		})
	}
	one := []operation{appendText("f")}
	two := []operation{appendText("f"), settle, appendText("g")}
	table := `exitcodes = { [0] = "ok", [1] = "again", [2] = "die", [3] = "ok" },`
	sync("0 without a table", "", nil, two)
	sync("1 without a table", "", []exit{{"f", 1}}, two)
	sync("ok", table, []exit{{"f", 3}}, two)
	sync("again", table, []exit{{"f", 1}}, two)
	sync("again twice", table, []exit{{"f", 1}, {"f", 1}}, one)
	list[len(list)-1].pause = longPause
	sync("die", table, []exit{{"f", 2}}, two)
	sync("not in the table", table, []exit{{"f", 9}}, two)
	sync("again, then die", table, []exit{{"f", 1}, {"f", 2}}, one)
	sync("collect again", `collect = function(agent, code) if code == 5 then return "again" end end,`, []exit{{"f", 5}}, two)
	sync("collect die", `collect = function(agent, code) if code == 5 then return "die" end end,`, []exit{{"f", 5}}, two)
	sync("collect nothing", `collect = function() end,`, []exit{{"f", 5}}, two)
	sync("startup again without insist", table+`onStartup = function(e) spawn(e, "$BIN/record", "startup") end,`, []exit{{"startup", 1}}, one)
	sync("startup again with insist", table+`onStartup = function(e) spawn(e, "$BIN/record", "startup") end,`, []exit{{"startup", 1}}, one)
	list[len(list)-1].config = "settings { insist = true }\n" + list[len(list)-1].config
	sync("startup die", table+`onStartup = function(e) spawn(e, "$BIN/record", "startup") end,`, []exit{{"startup", 2}}, one)
	sync("startup die with insist", table+`onStartup = function(e) spawn(e, "$BIN/record", "startup") end,`, []exit{{"startup", 2}}, one)
	list[len(list)-1].config = "settings { insist = true }\n" + list[len(list)-1].config
	sync("killed, taken for ok", `exitcodes = { [0] = "ok", [137] = "ok" },`, []exit{{"f", killed}}, two)
	sync("killed, to be tried again", `exitcodes = { [0] = "ok", [137] = "again" },`, []exit{{"f", killed}}, two, signals)
	sync("changed again while it is retried", table+` maxProcesses = 1,`, []exit{{"f", 1}}, []operation{appendText("f"), settle, appendText("f")})
	return list
}
