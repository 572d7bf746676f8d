sync { default.direct, source = "$SOURCE", target = "$TARGET", exclude = { "" } }
-- want: config\.lua:1: sync "Sync1": exclude: filter rule "- " has no pattern: write one or remove the rule
-- §8: exclude.
