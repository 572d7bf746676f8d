-- Mirrors a tree to another machine by rsync, either over ssh (host:path) or to
-- an rsync daemon (host::module/path).
--
-- maxProcesses allows several transfers at once; they never touch the same path.

settings {
	insist = true, -- the other machine may be down when we start
}

sync {
	default.rsync,
	source       = os.getenv("SOURCE") or "/srv",
	target       = os.getenv("TARGET") or "backup.example:/srv/",
	delay        = 15,
	maxProcesses = 4,
	rsync        = {
		archive  = true,
		compress = true,
		rsh      = os.getenv("RSH") or "/usr/bin/ssh -o BatchMode=yes",
	},
}
