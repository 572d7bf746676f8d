sync { source = "$SOURCE" }
-- want: config\.lua:1: sync "Sync1": there is no action \(inherit a preset, sync\{ default\.rsync, \.\.\. \}, or add one of action onAttrib onCreate onModify onDelete onMove onFull\)
-- §2: one action is required.
