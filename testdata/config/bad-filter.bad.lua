sync { default.direct, source = "$SOURCE", target = "$TARGET", filter = { "*.tmp" } }
-- want: config\.lua:1: sync "Sync1": filter: filter rule "\*\.tmp": write "\+ pattern" to include or "- pattern" to exclude
-- §8: filter.
