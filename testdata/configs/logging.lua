-- Everything that can be said about the log, and values of every type in it.
-- §2: log.

settings {
	logfile     = "$DIR/log/lsyncd.log",
	logfacility = "daemon",
	logident    = "lsyncd-media",
	statusFile  = "$DIR/log/status",
	statusInterval = 1,
	insist      = true,
}

log("Normal", "loading, ", nil, " ", true, " ", 1.5, " ", 10, " ", { 1, key = "value" })
log("Verbose", "a category of our own")
print("printed")
io.stderr:write("")

local version = lsyncd_version
assert(type(version) == "string" and version:match("^%d+%.%d+"))
if tonumber(version:match("^(%d+%.%d+)")) < 2.1 then error("this config needs Lsyncd 2.1") end

local inlet = sync {
	default.rsync,
	source = "$SOURCE",
	target = "$TARGET",
	delay  = 1,
	collect = function(agent, exitcode)
		log("Normal", "rsync ended with ", exitcode, " for ", agent.isList and "a list" or agent.etype, ": ", agent)
		return agent.config.exitcodes[exitcode]
	end,
}
log("Normal", "logfile ", settings("logfile"), ", filters ", inlet.hasFilters())

--@ start -delay 0.1
--@ log loading, 
--@ log Verbose: a category of our own
--@ log filters false
--@ log rsync ended with 0 for Init
--@ write source/a 1
--@ log rsync ended with 0 for a list
--@ file log/status There are 0 delays
