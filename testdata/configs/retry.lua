-- The other side may be away for days; nothing may be lost and nothing may end.
-- §6: again, and what the log says.

settings { insist = true, onDie = "stop-sync" }

sync {
	default.rsync,
	source = "$SOURCE",
	target = "ship.example:/srv",
	delay  = 1,
	exitcodes = { [255] = "again", [12] = "again", [1] = "again", _merge = nil },
}

--@ exit rsync 255
--@ start -delay 0.1
--@ count 2 rsync ... [-r] [--] [$SOURCE/] [ship.example:/srv/]
--@ exit rsync 12
--@ write source/a 1
--@ count 2 rsync ... [--files-from=-] ... < ./a|
--@ log ended with exit code 12; stand-in fails with 12; trying again in
