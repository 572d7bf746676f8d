settings { monitor = "psychic" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua: "psychic" is no monitor; choose one of auto, inotify, notify, poll, inotify\+poll, pseudo \(settings\{ monitor = \.\.\. \} or -monitor NAME\)
