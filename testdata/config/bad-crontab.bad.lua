sync { default.direct, source = "$SOURCE", target = "$TARGET", crontab = { "0 99 * * * *" } }
-- want: config\.lua:1: sync "Sync1": crontab "0 99 \* \* \* \*": end of range \(99\) above maximum \(59\): 99 \(write "sec min hour dayOfMonth month dayOfWeek", like "0 30 3 \* \* \*"\)
-- §9: crontab.
