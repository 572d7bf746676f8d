-- An upload directory: each file is scanned when it is complete, and then
-- moved to "clean" or "infected", sorted by day.

local uploads = os.getenv("SOURCE") or "/srv/uploads"
local sorted  = os.getenv("TARGET") or "/srv/sorted"
local scanner = os.getenv("SCANNER") or "clamdscan"

local scan = scheduler.task {
	delay = tonumber(os.getenv("DELAY") or 2),
	job = function(event, task_id)
		local code, out = run(scanner, "--", event.pathname)
		local verdict = code == 0 and "clean" or code == 1 and "infected" or nil
		if not verdict then
			return log("Error", task_id, ": the scanner ended with ", code, " for ", event.pathname)
		end
		local day = sorted .. "/" .. verdict .. "/" .. os.date("%Y-%m-%d")
		run("mkdir", "-p", "--", day)
		run("mv", "-T", "--", event.pathname, day .. "/" .. event.name)
		log("Normal", verdict, ": ", event.name)
	end,
}

watch {
	path = uploads,
	event_map = { IN_CLOSE_WRITE = scan.schedule, IN_MOVED_TO = scan.schedule, IN_DELETE = scan.cancel },
}
