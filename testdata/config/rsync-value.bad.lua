sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsync = { archive = "yes" } }
-- want: config\.lua:1: sync "Sync1": rsync\.archive must be true or false, not "yes"
-- §9: the table rsync.
