settings { statusInterval = "often" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: settings: statusInterval must be a number of seconds, 0 or more, not "often" \(write statusInterval = 10\)
