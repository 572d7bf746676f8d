-- Small files first: what is large does not hold them up.

sync {
	default.rsync,
	source         = "$SOURCE",
	target         = "$TARGET",
	delay          = 1,
	batchSizeLimit = 10,
	maxProcesses   = 3,
	rsync          = { archive = true, inplace = true },
}

--@ start -delay 0.1
--@ log startup done
--@ write source/large.img more than ten bytes
--@ write source/small.txt few
--@ expect rsync ... [--inplace] ... < ./large.img|
--@ expect rsync ... < ./small.txt|
-- §9: batchSizeLimit.
