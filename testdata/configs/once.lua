-- Run by a timer: transfer all once, then end.

settings {
	onepass  = true,
	nodaemon = true,
}

sync { default.rsync, source = "$SOURCE", target = "one.example::a" }
sync { default.rsync, source = "$SOURCE", target = "two.example::b", delete = "running" }

--@ start
--@ ends 0
--@ count 1 rsync ... [--delete] [-r] [--] [$SOURCE/] [one.example::a/]
--@ count 1 rsync ... [-r] [--] [$SOURCE/] [two.example::b/]
--@ never rsync ...[--delete]...[two.example::b/]
