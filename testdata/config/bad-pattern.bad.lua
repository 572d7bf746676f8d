sync { default.direct, source = "$SOURCE", target = "$TARGET", exclude = { true } }
-- want: config\.lua:1: sync "Sync1": exclude must be a list of strings; it has \[1\] = true
-- §8: exclude.
