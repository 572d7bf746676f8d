sync { default.direct, source = "$SOURCE", target = "$TARGET", exclude = { {} } }
-- want: config\.lua:1: sync "Sync1": exclude must be a list of strings; it has \[1\] = a table
-- §8: exclude.
