sync { default.rsync, source = "$SOURCE", target = "$SOURCE/backup" }
sync { default.rsync, name = "spared", source = "$SOURCE", target = "$SOURCE/backup", exclude = { "/backup/" } }
sync { default.direct, name = "careful", source = "$SOURCE", target = "$SOURCE/backup" }
-- want: config\.lua:1: sync "Sync1": the target ".*" is in the source: it would be copied into itself .*\(choose a target beside it, or exclude = \{ "/backup/" \}\)
