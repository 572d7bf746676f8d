sync { default.direct, source = "/etc/passwd", target = "$TARGET" }
-- want: config\.lua:1: sync "Sync1": source "/etc/passwd" is not a directory \(name the directory\)
-- §2: source.
