-- For the containers here: what is below /source goes to /target, or to the target that the environment names.
settings {
	logformat = "json",
	pidfile = "/run/lsyncgo.pid", -- by which lsyncgo health finds the daemon
	insist = true, -- the target may be up later than this
}

local target = os.getenv("LSYNCGO_TARGET")

if target then
	-- host:directory by ssh, or rsync://host/module
	sync { default.rsync, source = "/source", target = target, delay = 1 }
else
	sync { default.direct, source = "/source", target = "/target", delay = 1 }
end
