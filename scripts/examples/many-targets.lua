-- One source, many targets: a config is a Lua program.

local targets = {}
for target in (os.getenv("TARGETS") or "/var/backups/a /var/backups/b /var/backups/c"):gmatch("%S+") do
	targets[#targets + 1] = target
end

settings {
	insist       = true,
	maxProcesses = 4,          -- over all targets
	onDie        = "stop-sync", -- a dead target does not end the others
}

for number, target in ipairs(targets) do
	sync {
		default.rsync,
		name   = "target-" .. number,
		source = os.getenv("SOURCE") or "/srv",
		target = target,
		delay  = 3,
	}
end
