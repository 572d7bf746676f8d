-- Keeps a copy of a tree in step on another disk, by rsync.
--
--   SOURCE=/srv TARGET=/mnt/backup/srv lsyncgo -nodaemon rsync-local.lua

settings {
	logfile    = "/var/log/lsyncgo.log",
	statusFile = "/run/lsyncgo.status",
}

sync {
	default.rsync,
	source  = os.getenv("SOURCE") or "/srv",
	target  = os.getenv("TARGET") or "/var/backups/srv",
	delay   = 5,
	exclude = { "*.tmp", "/cache/", ".git/" },
	rsync   = { archive = true, hard_links = true },
}
