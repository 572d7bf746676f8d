-- Layer 1: an action of your own sees the whole queue and takes what it wants.
-- Here up to 100 changed files at a time are handed to one command, which
-- reads their NUL-separated paths from its standard input.

local command = os.getenv("COMMAND") or "cat"

sync {
	source       = os.getenv("SOURCE") or "/srv",
	delay        = 2,
	maxProcesses = 2,

	action = function(inlet)
		local count = 0
		local list = inlet.getEvents(function(event)
			if event.isdir or event.etype == "Delete" then return false end
			count = count + 1
			if count > 100 then return "break" end
			return true
		end)
		if list.size() == 0 then
			inlet.discardEvent(inlet.getEvent()) -- a directory or a deletion: nothing to do
			return
		end
		local paths = list.getSourcePaths(function(etype, path) return path end)
		spawn(list, "sh", "<", table.concat(paths, "\0") .. "\0", "-c", 'xargs -0 "$1"', "sh", command)
	end,

	collect = function(agent, exitcode)
		if exitcode ~= 0 then return "again" end
	end,
}
