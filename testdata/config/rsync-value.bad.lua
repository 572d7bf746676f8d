sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsync = { archive = {} } }
-- want: config\.lua:1: sync "Sync1": rsync\.archive must be true or false, not a table
-- §9: the table rsync.
