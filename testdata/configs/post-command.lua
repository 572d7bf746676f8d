-- default.rsync with a command after each transfer, which must not run twice at a time.

postcmd = {
	default.rsync,

	checkgauge = {
		default.rsync.checkgauge,
		host        = true,
		targetdir   = true,
		postcmd     = true,
		attempts    = { count = true },
	},

	prepare = function(config, level)
		level = level or 1
		if not config.target then
			config.target = config.host .. ":" .. config.targetdir
		end
		config.host, config.targetdir = nil, nil
		default.rsync.prepare(config, level + 1)
		if type(config.postcmd) ~= "string" then
			error("postcmd must be a string", level + 1)
		end
	end,

	init = function(event)
		log("Normal", "first transfer, then ", event.config.postcmd)
		default.rsync.init(event)
	end,

	action = function(inlet)
		local event, event2 = inlet.getEvent()
		if event.etype == "Blanket" then
			log("Normal", "blanket event before its time")
			inlet.discardEvent(event)
			return
		end
		default.rsync.action(inlet)
	end,

	collect = function(agent, exitcode)
		local config = agent.config

		if not agent.isList and agent.etype == "Blanket" then
			if exitcode == 0 then
				log("Normal", "post command done")
			else
				log("Warn", "post command exit code: ", exitcode)
			end
			return "ok"
		end

		local rc = config.exitcodes[exitcode]
		if rc ~= "die" and rc ~= "again" then
			local event = agent.inlet.createBlanketEvent()
			spawn(event, "ssh", config.target:match("^([^:]+):"), config.postcmd)
		end
		return rc
	end,
}

sync {
	postcmd,
	source    = "$SOURCE",
	host      = "www.example",
	targetdir = "/var/www",
	postcmd   = "systemctl reload nginx",
	attempts  = { count = 3 },
}

--@ start -delay 0.1
--@ expect rsync ... [-r] [--] [$SOURCE/] [www.example:/var/www/]
--@ expect ssh [www.example] [systemctl reload nginx]
--@ log post command done
--@ exit ssh 4
--@ write source/site.conf 1
--@ expect rsync ... [www.example:/var/www/] < ./site.conf|
--@ count 2 ssh [www.example] [systemctl reload nginx]
--@ log post command exit code: 4
--@ never ssh ... [...;...]
