-- A library of checks of our own, with prepare, a gauge that forbids, and exit codes by number.
-- §2: _verbatim, prepare, and checkgauge with false.

local base = {
	checkgauge = { default.checkgauge, owner = true, tags = { team = true, ticket = true }, subdirs = false },
	exitcodes  = { _verbatim = true, [0] = "ok", [1] = "again", [2] = "die" },
	prepare    = function(config, level)
		default.prepare(config, level + 1)
		if not config.owner then
			error("tell us the owner of " .. tostring(config.source), level)
		end
		config.tags = config.tags or {}
		config.tags.team = config.tags.team or "ops"
	end,
	onStartup = function(event)
		local config = event.config
		log("Normal", config.name, " belongs to ", config.owner, " of ", config.tags.team, ", ", config.tags)
	end,
	onModify = function(event)
		local c = event.config
		spawn(event, "mail", "-s", "changed: " .. event.pathname, "<", c.owner)
	end,
	onCreate = function(event)
		local config = event.inlet.getConfig()
		spawn(event, "mail", "<", event.sourcePath .. "\n", "-s", "new: " .. event.name, config.owner)
	end,
}

sync { base, source = "$SOURCE", owner = "alice@example", tags = { ticket = 4711 }, delay = 1 }

--@ start -delay 0.1
--@ log Sync1 belongs to alice@example of ops
--@ write source/plan.txt 1
--@ expect mail [-s] [new: plan.txt] [alice@example] < $SOURCE/plan.txt
--@ idle
--@ write source/plan.txt 22
--@ expect mail [-s] [changed: plan.txt] [<] [alice@example]
