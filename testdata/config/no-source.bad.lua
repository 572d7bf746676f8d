sync { default.direct, target = "$TARGET" }
-- want: config\.lua:1: sync "Sync1": source is missing \(add source = "/directory"\)
