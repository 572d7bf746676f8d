#!/usr/bin/env lsyncd
-- In a container: stay in the foreground, log to the standard streams, keep nothing on disk.

settings {
	nodaemon       = true,
	logfile        = "/dev/stdout",
	pidfile        = "$DIR/log/lsyncd.pid",
	statusFile     = "$DIR/log/lsyncd.status",
	statusInterval = 1,
	inotifyMode    = "CloseWrite or Modify",
	maxDelays      = 1,
}

for volume in string.gmatch(os.getenv("VOLUMES") or "", "[^%s,]+") do
	sync {
		default.rsync,
		name   = "volume-" .. volume,
		source = "$SOURCE/" .. volume .. "/",
		target = "$TARGET/" .. volume .. "/",
		init   = false,
		delay  = 1,
	}
end

--@ env VOLUMES=data, uploads
--@ mkdir source/data
--@ mkdir source/uploads
--@ start
--@ write source/data/a 1
--@ write source/uploads/b 1
--@ expect rsync ... [$SOURCE/data/] [$TARGET/data/] < ...a|
--@ expect rsync ... [$SOURCE/uploads/] [$TARGET/uploads/] < ...b|
--@ never rsync ... [-r] ...
--@ file log/lsyncd.status There are 0 delays
