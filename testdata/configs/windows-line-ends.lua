-- Edited with Notepad.

settings {
	logfile = "$DIR/log/lsyncd.log",
}

local script = [[
if [ "$1" = x ]; then
	exit 1
fi
publish "$1"
]]

sync {
	default.rsync,
	source = "$SOURCE",
	target = "$TARGET",
	delay = 1,
	excludeFrom = "$DIR/etc/exclude.txt",
}

sync {
	source = "$SOURCE",
	onCreate = function(event)
		log("Normal", 'continued \
line')
		spawnShell(event, script, event.pathname)
	end,
	onModify = [[
		publish modified ^pathname
	]],
}

--@ write etc/exclude.txt *.tmp
--@ start -delay 0.1
--@ expect rsync ... [$SOURCE/] [$TARGET/] < - *.tmp|
--@ write source/a 1
--@ write source/b.tmp 1
--@ expect publish [a]
--@ expect rsync ... < ./a|
--@ never rsync ...b.tmp...
--@ idle
--@ write source/a 22
--@ expect publish [modified] [a]
--@ log continued
