sync { default.direct, source = { "$SOURCE" }, target = "$TARGET" }
-- want: config\.lua:1: sync "Sync1": source must be a string, not a table
