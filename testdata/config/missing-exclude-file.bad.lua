sync { default.direct, source = "$SOURCE", target = "$TARGET", excludeFrom = "$DIR/nowhere" }
-- want: config\.lua:1: sync "Sync1": excludeFrom: read rules: open
-- §8: excludeFrom.
