-- From the days of 2.0, changed as little as possible since.
-- §2: settings.key = value.

settings.logfile    = "$DIR/log/lsyncd.log"
settings.statusFile = "$DIR/log/lsyncd.status"
settings.nodaemon   = true
settings.maxProcesses = 1
settings.delay      = 0.1

sync{default.rsync, source="$SOURCE", target="$TARGET", exclude="*.bak"}

--@ warn settings.logfile
--@ warn settings.statusFile
--@ warn settings.nodaemon
--@ warn settings.maxProcesses
--@ warn settings.delay
--@ start
--@ expect rsync ... [-r] [--] [$SOURCE/] [$TARGET/] < - *.bak|
--@ write source/a 1
--@ expect rsync ... [$SOURCE/] [$TARGET/] < ./a|
--@ file log/lsyncd.log Normal: --- Startup
-- §8: exclude is a string. §9: settings are assigned to.
