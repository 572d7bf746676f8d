sync { source = "$SOURCE", action = {} }
-- want: config\.lua:1: sync "Sync1": action must be a function, not a table
-- want: config\.lua:1: sync "Sync1": there is no action \(inherit a preset, sync\{ default\.rsync, \.\.\. \}, or add one of action onAttrib onCreate onModify onDelete onMove onFull\)
