sync { default.rsnyc, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: sync "Sync1": there is no action \(default\.rsnyc is not defined; did you mean default\.rsync\?\)
