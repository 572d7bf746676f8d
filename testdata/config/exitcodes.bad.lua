sync { source = "$SOURCE", onCreate = "true", exitcodes = { [0] = "fine" } }
-- want: config\.lua:1: sync "Sync1": exitcodes\[0\] = "fine" is no exit code with a meaning \(write \[code\] = "ok", "again", "partial" or "die"\)
-- §6: exitcodes.
