-- Runs a shell command for every file that was written or moved in. What is
-- in braces reaches the shell as parameters, whatever a file is called.

local command = scheduler.shell {
	cmd = (os.getenv("COMMAND") or "logger -t lsyncgo --") .. " {maskname} {pathname} {src_pathname}",
}

watch {
	path = os.getenv("SOURCE") or "/srv",
	rec = true, auto_add = true,
	event_map = { IN_CLOSE_WRITE = command.schedule, IN_MOVED_TO = command.schedule },
}
