sync { default.direct, name = "web", source = "$SOURCE", target = "$TARGET" }
sync { default.direct, name = "web", source = "$SOURCE", target = "$TARGET/2" }
-- want: config\.lua:2: sync "Sync2": the name is taken by the sync at
-- §2: name.
