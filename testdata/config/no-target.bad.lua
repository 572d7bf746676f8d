sync { default.direct, source = "$SOURCE" }
-- want: config\.lua:1: sync "Sync1": default\.direct needs a target \(add target = "/directory"\)
