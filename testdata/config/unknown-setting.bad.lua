settings { logfiel = "/tmp/x" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: settings: unknown setting "logfiel" \(did you mean "logfile"\?\)
-- §2: settings{}.
