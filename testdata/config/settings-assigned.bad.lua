settings = { logfile = "/tmp/x" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: settings is a function: it cannot be assigned to \(write settings\{ \.\.\. \} without the equals sign\)
-- §2: settings{}.
-- §9: what is gone.
