sync { default.direct, source = "$SOURCE", target = "$TARGET",
	prepare = function(config, level) error("the moon is not full", level) end }
-- want: config\.lua:1: sync "Sync1": the moon is not full
-- §2: prepare.
