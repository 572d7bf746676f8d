-- Mirrors a tree to an rsync daemon that only listens on its own machine, through
-- two connections of ssh that are kept up and used in turn.
--
-- Each has a free local port of its own, ^localport. While none is up, changes wait.

local remote = os.getenv("REMOTE") or "backup.example"

local connections = tunnel {
	mode     = "pool",
	parallel = 2,
	command  = {
		"ssh", "-N", "-F", os.getenv("SSHCONFIG") or "none",
		"-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15",
		"-L", "^localport:localhost:" .. (os.getenv("DAEMONPORT") or 873), remote,
	},
	readyDelay = tonumber(os.getenv("READYDELAY") or 5), -- seconds that a connection has to hold before it is used
	retryDelay = 10, -- seconds before one that has ended is made anew
}

sync {
	default.rsync,
	tunnel       = connections,
	source       = os.getenv("SOURCE") or "/srv",
	target       = os.getenv("TARGET") or "rsync://localhost:^localport/srv",
	delay        = 5,
	maxProcesses = 2,
	rsync        = { archive = true },
}
