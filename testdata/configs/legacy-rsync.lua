-- host and targetdir as rsyncssh has them, xargs, and append-verify with a hyphen.

settings {
	logfile = "$DIR/log/lsyncd.log",
	delay   = 7,
}

sync {
	default.rsync,
	source    = "$SOURCE",
	host      = "old.example",
	targetdir = "/srv/mirror",
	init      = true,
	rsync     = { ["append-verify"] = true, archive = true, perms = true },
}

sync {
	default.rsyncssh,
	source    = "$SOURCE",
	host      = "old.example",
	targetdir = "/srv/other",
	xargs     = { binary = "/usr/bin/xargs", delimiter = "\0", _extra = { "-0", "rm -rf" } },
	ssh       = { multiplex = false },
}

--@ warn host and targetdir
--@ warn xargs
--@ start -delay 0.1
--@ expect rsync ... [-as] [--append-verify] [--delete] [-r] [--] [$SOURCE/] [old.example:/srv/mirror/]
--@ expect rsync ... [$SOURCE/] [old.example:/srv/other/]
--@ write source/a 1
--@ expect rsync ... [old.example:/srv/mirror/] < ./a|
--@ expect rsync ... [old.example:/srv/other/] < ./a|
-- §9: what is old and accepted.
