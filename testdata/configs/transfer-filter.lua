-- An old rsync at the other end that knows no --delete-missing-args.

sync {
	default.rsync,
	source = "$SOURCE",
	target = "rsync@attic.example::backup/host",
	delay  = 20,
	delete = "running",
	rsync  = { transfer = "filter", times = true, perms = true, owner = true, group = true },
}

--@ write source/dir/sub/old 1
--@ start -delay 0.1
--@ expect rsync ... [-r] [--] [$SOURCE/] [rsync@attic.example::backup/host/]
--@ log startup done
--@ write source/dir/sub/new 1
--@ expect rsync ... [--delete] [-r] [--] ... < + /dir/|+ /dir/sub/|+ /dir/sub/new|...- *|
-- §9: the old way.
