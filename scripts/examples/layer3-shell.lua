-- Layer 3: a shell command for each type of event. The ^variables become quoted
-- positional parameters of the shell, so each is one word to it, whatever a file is called.
--
-- onStartup brings over what is there already. Each command makes the directories
-- that it needs, and one that fails is tried again, since a file may be gone, or
-- renamed, before its turn comes. Without exitcodes, and without onStartup, the first
-- file in a directory that the target does not have would end the daemon.

sync {
	source = os.getenv("SOURCE") or "/srv",
	target = os.getenv("TARGET") or "/var/backups/srv",
	delay  = 1,
	maxProcesses = 1,

	onStartup = [[mkdir -p -- ^target && cp -pPR -- ^source. ^target]],
	onCreate  = [[
		if [ -d ^sourcePathname ] && [ ! -L ^sourcePathname ]; then
			mkdir -p -- ^targetPathname
		else
			mkdir -p -- ^targetPathdir && cp -pPR -- ^sourcePathname ^targetPathname
		fi
	]],
	onModify  = [[mkdir -p -- ^targetPathdir && cp -pPR -- ^sourcePathname ^targetPathname]],
	onDelete  = [[rm -rf -- ^targetPathname]], -- without onMove, a rename is a Delete and Creates

	exitcodes = { [0] = "ok", [1] = "again", [137] = "again", [143] = "again" },
}
