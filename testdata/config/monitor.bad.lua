settings { monitor = "psychic" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua: "psychic" is no monitor; choose one of auto, inotify, notify, poll \(settings\{ monitor = \.\.\. \} or -monitor NAME\)
