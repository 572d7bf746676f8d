sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = -1 }
-- want: config\.lua:1: sync "Sync1": delay must be a number of seconds, 0 or more, not -1 \(write delay = seconds\)
