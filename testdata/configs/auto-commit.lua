-- Commits to git when nothing has changed for a while: all events together, one commit.

sync {
	source  = "$SOURCE",
	delay   = 10,
	exclude = { "/.git/", "*.lock" },

	init = function(event)
		event.inlet.discardEvent(event)
	end,

	action = function(inlet)
		local list = inlet.getEvents()
		local names = {}
		for _, path in ipairs(list.getPaths()) do
			names[#names + 1] = path:gsub("^/", "")
		end
		table.sort(names)
		local config = inlet.getConfig()
		spawn(list, "sh",
			"<", "automatic: " .. #names .. " changes\n\n" .. table.concat(names, "\n"),
			"-c", [[cd "$1" && git add --all && git commit --quiet --file=-]], "sh",
			config.source)
	end,

	collect = function(agent, exitcode)
		-- 1: nothing to commit
		return exitcode > 1 and "again" or "ok"
	end,
}

--@ start -delay 0.1
--@ write source/.git/index 1
--@ write source/page.md 1
--@ expect git [add] [--all]...
--@ expect git [commit] [--quiet] [--file=-]...
--@ never git ... < ....git/...
