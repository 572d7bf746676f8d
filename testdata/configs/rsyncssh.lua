-- The classic: home directories to the standby machine, another port, a key of its own.

settings {
	logfile    = "$DIR/log/lsyncd.log",
	statusFile = "$DIR/log/lsyncd-status.log",
	statusInterval = 20,
}

sync {
	default.rsyncssh,
	source    = "$SOURCE",
	host      = "backup@standby.example",
	targetdir = "/home",
	exclude   = { ".cache", "*.iso" },
	delay     = 5,
	rsync     = {
		binary   = "$BIN/rsync",
		archive  = true,
		compress = false,
		hard_links = true,
		rsync_path = "sudo rsync",
		verbose  = false,
	},
	ssh = {
		binary       = "$BIN/ssh",
		port         = 2222,
		identityFile = "$DIR/etc/id_ed25519",
		options      = { StrictHostKeyChecking = "no", UserKnownHostsFile = "/dev/null", ConnectTimeout = 10 },
		_extra       = { "-4", "-q" },
		multiplex    = false,
	},
}

--@ warn ssh.identityFile
--@ write source/alice/.profile 1
--@ start -delay 0.1
--@ expect rsync [--modify-window=-1] [--no-inc-recursive] [-aHs] [--rsync-path=sudo rsync] [--rsh=$BIN/ssh -i $DIR/etc/id_ed25519 -p 2222 -o ConnectTimeout=10 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -4 -q] ... [--delete] [-r] [--] [$SOURCE/] [backup@standby.example:/home/] < - .cache|- *.iso|
--@ log startup done
--@ idle
--@ rename source/alice source/bob
--@ expect ssh [-i] [$DIR/etc/id_ed25519] [-p] [2222] ... [-q] [backup@standby.example] [exec sh ...] < {~root='/home/'~from='/alice'~to='/bob'~...
--@ write source/bob/it's 1
--@ expect rsync ... < ...bob/it's|
--@ exit ssh 1
--@ idle
--@ rename source/bob source/carol
--@ log sending it instead
--@ expect rsync ... < ...carol/...
-- §9: default.rsyncssh.
