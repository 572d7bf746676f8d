settings { inotifyMode = "Sometimes" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: settings: inotifyMode: inotifyMode "Sometimes" is not one of CloseWrite, Modify, "CloseWrite or Modify", "CloseWrite after Modify" \(write settings\{ inotifyMode = \.\.\. \} with a string\)
-- §3: inotifyMode.
