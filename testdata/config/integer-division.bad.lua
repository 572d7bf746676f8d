local half = 3 // 2
sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = half }
-- want: config\.lua:1: integer division // is not available: use math\.floor\(a / b\)
