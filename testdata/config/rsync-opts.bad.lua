sync { default.rsync, source = "$SOURCE", target = "$TARGET", rsyncOpts = { "-a" } }
-- want: config\.lua:1: sync "Sync1": rsyncOpts is gone \(use rsync = \{ archive = true, \.\.\., _extra = \{ "--option" \} \}\)
-- §9: what is gone.
