-- A full transfer every night whatever the watching says; here every second.

sync {
	default.rsync,
	source  = "$SOURCE",
	target  = "$TARGET",
	init    = false,
	crontab = {
		"* * * * * *",
		"0 30 3 * * 1-5",
	},
	delete = false,
}

--@ start -delay 0.1
--@ expect rsync ... [-r] [--] [$SOURCE/] [$TARGET/]
--@ never rsync ...[--delete]...
-- §9: crontab with seconds.
