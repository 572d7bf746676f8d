sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = "soon" }
-- want: config\.lua:1: sync "Sync1": delay must be a number of seconds, 0 or more, not "soon" \(write delay = seconds\)
