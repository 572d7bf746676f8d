settings { inotifyMode = "Sometimes" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: settings: inotifyMode must be "CloseWrite", "Modify", "CloseWrite or Modify" or "CloseWrite after Modify", not "Sometimes" \(write inotifyMode = "CloseWrite or Modify"\)
-- §3: inotifyMode.
