sync { default.rsync, name = "up", source = "$SOURCE", target = "$DIR" }
sync { default.direct, name = "same", source = "$SOURCE", target = "$SOURCE/" }
sync { default.rsync, name = "spared", source = "$SOURCE", target = "$DIR", exclude = { "/source" } }
sync { default.rsync, name = "kept", source = "$SOURCE", target = "$DIR", delete = false }
-- want: config\.lua:1: sync "up": the target ".*" holds the source: .*\(choose a target beside it, or exclude = \{ "/source/" \}\)
-- want: config\.lua:2: sync "same": the target ".*" is the source \(choose a target beside it\)
