settings { nodaemon = true }
-- want: config\.lua: no sync, watch or monitor is defined: there is nothing to do \(add sync\{ default\.rsync, source = \.\.\., target = \.\.\. \}\)
