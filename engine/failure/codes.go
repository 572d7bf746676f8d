package failure

// meanings are rsync's exit codes in words.
var meanings = map[int]Reason{
	1:             {Text: "rsync does not take its options", Remedy: "correct the table rsync of the sync, _extra above all"},
	2:             {Text: "the two rsyncs do not understand each other", Remedy: "bring the older one up to date"},
	3:             {Text: "rsync cannot use the source or the target", Remedy: "the target must be a directory, or be missing with its parent there"},
	4:             {Text: "one of the two rsyncs cannot do what is asked for", Remedy: "remove acls, xattrs or what else it names from the table rsync, or bring it up to date"},
	5:             {Text: "the rsync daemon did not begin", Remedy: "its log says more"},
	6:             {Text: "the rsync daemon cannot write its log file"},
	10:            {Text: "the rsync daemon was not reached, or the connection broke off", Passing: true},
	FileIO:        {Text: "a file or directory could not be read or written", Passing: true},
	Stream:        {Text: "the connection ended early, or rsync at the target did", Remedy: "try the command by hand, with -v", Passing: true},
	13:            {Text: "rsync's own messages could not be written"},
	IPC:           {Text: "no process could be started", Passing: true},
	15:            {Text: "an rsync of the transfer crashed", Passing: true},
	16:            {Text: "an rsync of the transfer was ended by a signal", Passing: true},
	19:            {Text: "rsync was ended by a signal", Passing: true},
	Cancelled:     {Text: "rsync was ended by a signal", Passing: true},
	22:            {Text: "rsync has not enough memory", Passing: true},
	Partial:       {Text: "not everything could be transferred"},
	DeleteLimit:   {Text: "the limit of deletions was met"},
	30:            {Text: "the connection gave no sign of life for rsync's timeout", Passing: true},
	35:            {Text: "the rsync daemon did not answer in time", Passing: true},
	notExecutable: {Text: "rsync cannot be started at the target", Remedy: "is rsync.rsync_path a program there?"},
	notFound:      {Text: "there is no rsync at the target", Remedy: "install rsync there, or name it with rsync = { rsync_path = ... }"},
	sshFailed:     {Text: "ssh failed", Remedy: "try ssh to the host by hand, as the user that runs lsyncgo", Passing: true},
}

func ofCode(code int) Reason { return meanings[code] }
