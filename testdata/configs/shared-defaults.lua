-- Changes the presets once instead of in each sync, and builds its own on top.
-- §2: what is inherited.

default.rsync.delay = 4
default.rsync.rsync.archive = true
default.maxProcesses = 2

local careful = {
	default.rsync,
	delete = false,
	rsync  = { backup = true, suffix = ".old" },
}

local veryCareful = {
	careful,
	rsync = { _merge = true, checksum = true, backup_dir = "/srv/.old" },
	exitcodes = { [23] = "again", [24] = "again" },
}
veryCareful.rsync._merge = nil

sync { careful,     source = "$SOURCE", target = "one.example:/srv" }
sync { veryCareful, source = "$SOURCE", target = "two.example:/srv", rsync = { suffix = ".save" } }

--@ start -delay 0.1
--@ expect rsync ... [-abs] [--suffix=.old] [-r] [--] [$SOURCE/] [one.example:/srv/]
--@ expect rsync ... [-abcs] [--backup-dir=/srv/.old] [--suffix=.save] [-r] [--] [$SOURCE/] [two.example:/srv/]
--@ write source/a 1
--@ expect rsync ... [one.example:/srv/] < ./a|
--@ expect rsync ... [two.example:/srv/] < ./a|
