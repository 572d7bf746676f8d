sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = "soon" }
sync { default.rsync, source = "$SOURCE", rsync = { compres = true } }
-- want: config\.lua:2: sync "Sync2": unknown parameter "rsync\.compres" \(did you mean "compress"\? if it is no typo, add it to checkgauge\)
-- want: config\.lua:2: sync "Sync2": default\.rsync needs a target \(add target = "/directory" or "host:directory"\)
-- want: config\.lua:1: sync "Sync1": delay must be a number of seconds, 0 or more, not "soon" \(write delay = seconds\)
