-- Options of rsync that have no name of their own, and a program elsewhere.

settings {
	logfile = "$DIR/log/lsyncd.log",
	"nodaemon",
}

sync {
	default.rsync,
	source    = "$SOURCE/",
	target    = "rsync://storage.example/pool/it's here",
	excludeFrom = "$DIR/etc/exclude",
	rsync     = {
		binary        = "$BIN/rsync",
		archive       = true,
		perms         = false,
		owner         = false,
		hard_links    = true,
		acls          = true,
		xattrs        = true,
		whole_file    = true,
		password_file = "$DIR/etc/secret",
		timeout       = 60,
		temp_dir      = "/tmp",
		_extra        = { "--omit-dir-times", "--partial-dir=.rsync partial", "--info=NAME1", "--log-file=$DIR/log/rsync.log" },
	},
}

--@ write etc/secret s
--@ chmod 640 etc/secret
--@ write etc/exclude - *.part
--@ start -delay 0.1
--@ expect rsync ... [-AaHsWX] [--no-owner] [--no-perms] [--password-file=$DIR/etc/secret] [--temp-dir=/tmp] [--timeout=60] [--omit-dir-times] [--partial-dir=.rsync partial] [--info=NAME1] [--log-file=$DIR/log/rsync.log] ... [$SOURCE/] [rsync://storage.example/pool/it's here/] < - *.part|
--@ write source/film.part 1
--@ write source/film.mkv 1
--@ expect rsync ... [--filter=- *.part] ... < ./film.mkv|
