sync { default.direct, source = "$SOURCE", target = "$TARGET", maxProcesses = {} }
-- want: config\.lua:1: sync "Sync1": maxProcesses must be a whole number of at least 1, not a table
