-- All that differs between our hosts comes from the environment.

local function need(name)
	local value = os.getenv(name)
	if value == nil or value == "" then
		error("set " .. name .. " in /etc/default/lsyncd", 2)
	end
	return value
end

local delay = tonumber(os.getenv("SYNC_DELAY")) or 10

settings {
	logfile  = os.getenv("SYNC_LOG") or "/dev/null",
	nodaemon = os.getenv("SYNC_FOREGROUND") == "1",
}

sync {
	default.rsync,
	source       = need "SOURCE",
	target       = string.format("%s:%s", need "SYNC_HOST", os.getenv("SYNC_DIR") or "/srv"),
	delay        = delay,
	maxProcesses = tonumber(os.getenv "SYNC_JOBS" or 1),
	delete       = os.getenv("SYNC_DELETE") ~= "no",
	rsync        = {
		archive   = true,
		bwlimit   = tonumber(os.getenv "SYNC_BWLIMIT"),
		_extra    = os.getenv("SYNC_VERBOSE") and { "--itemize-changes" } or nil,
	},
}

--@ env SYNC_HOST=far.example
--@ env SYNC_DELETE=no
--@ env SYNC_DELAY=0.1
--@ env SYNC_JOBS=4
--@ env SYNC_BWLIMIT=2000
--@ start
--@ expect rsync ... [--bwlimit=2000] [-r] [--] [$SOURCE/] [far.example:/srv/]
--@ write source/a 1
--@ expect rsync ... [--ignore-missing-args] [--] [$SOURCE/] [far.example:/srv/] < ./a|
--@ never rsync ...[--delete]...
