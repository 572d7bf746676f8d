sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsync = { archiv = true } }
-- want: config\.lua:1: sync "Sync1": unknown parameter "rsync\.archiv" \(did you mean "archive"\? if it is no typo, add it to checkgauge\)
-- §2: checkgauge, nested.
-- §9: the table rsync.
