-- Restarts a service when its configuration has been left alone for some
-- seconds and is right.

local dir     = os.getenv("SOURCE") or "/etc/nginx"
local test    = os.getenv("TEST") or "nginx -t"
local restart = os.getenv("RESTART") or "systemctl reload nginx"

local settled = scheduler.task {
	delay = tonumber(os.getenv("DELAY") or 5), singlejob = true, dirs = true,
	job = function()
		local code, _, err = run("sh", "-c", test)
		if code ~= 0 then return log("Error", "the configuration is wrong, nothing is restarted: ", err) end
		code, _, err = run("sh", "-c", restart)
		log(code == 0 and "Normal" or "Error", "restarted: ", code, " ", err)
	end,
}

watch {
	path = dir, rec = true, auto_add = true, exclude_filter = { [[\.sw.$]], [[~$]] },
	event_map = { IN_CLOSE_WRITE = settled.schedule, IN_MOVED_TO = settled.schedule, IN_DELETE = settled.schedule, IN_MOVED_FROM = settled.schedule },
}
