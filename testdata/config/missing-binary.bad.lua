sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsync = { binary = "/nowhere/rsync" } }
-- want: config\.lua:1: sync "Sync1": start /nowhere/rsync: no such file or directory; install the package rsync
