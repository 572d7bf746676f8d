sync { default.direct, source = "$SOURCE/nowhere", target = "$TARGET" }
-- want: config\.lua:1: sync "Sync1": source "
