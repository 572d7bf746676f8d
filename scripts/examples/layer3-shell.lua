-- Layer 3: a shell command for each type of event. The ^variables become quoted
-- positional parameters of the shell, so no file name can inject anything.

sync {
	source = os.getenv("SOURCE") or "/srv",
	target = os.getenv("TARGET") or "/var/backups/srv",
	delay  = 1,
	maxProcesses = 1,

	onCreate = [[if [ -d ^sourcePathname ]; then mkdir -p ^targetPathname; else cp -p -- ^sourcePathname ^targetPathname; fi]],
	onModify = [[cp -p -- ^sourcePathname ^targetPathname]],
	onDelete = [[rm -rf -- ^targetPathname]],
	onMove   = [[mv -f -- ^o.targetPathname ^d.targetPathname]],
}
