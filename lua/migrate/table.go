package migrate

// Difference is one thing that is not as with Lsyncd 2.2.3.
type Difference struct {
	Name string
	// Now is what lsyncgo does, and Lsyncd what Lsyncd did, to be read as "Now; Lsyncd did". They have a %v for each value of Values.
	Now, Lsyncd string
	Values      []any  // for docs: examples of what applies gives
	Why         string // why it is not as before
	Remedy      string // how to have it as it was, or what to do about it; may be empty

	// Keys: a note is about the line of the first of them that the config sets.
	Keys    []string
	applies condition // to a sync, or with asked Once to the settings
	Once    bool
	Running bool // only syncs that go on after their startup notice

	// Without a condition nothing is noted: NotedWith is the difference whose note has to do, Unnoted why no config notices.
	NotedWith, Unnoted string

	Compared bool // scripts/conformance shows it with both programs
}

// functions are the keys of a sync that call functions of the config.
var functions = []string{"action", "onCreate", "onModify", "onDelete", "onMove", "onAttrib", "onStartup", "onFull", "init", "full", "collect"}

// Table lists all differences, in the order of notes: first what may need a change of the config.
var Table = []Difference{
	{
		Name: "combine", Running: true, Keys: []string{"action", "onModify"}, Compared: true,
		applies: all(not(mirror), some(own("action"), own("onModify"))),
		Now:     "changes of a path that wait together are one event, as the manual's table says, and a new file is Create alone",
		Lsyncd:  "computed that and dropped it: it gave Create and Modify, and Modify for each change",
		Why:     "each path is dealt with once per batch, not once per event",
	},
	{
		Name: "new-files-wait", Running: true, Keys: []string{"onCreate", "action"},
		applies: all(closeWrite, some(mirror, own("onCreate"), own("action"))),
		Now:     "a new file waits until its writer closes it, at most 30 seconds", Lsyncd: "took it at once, half-written",
		Why: "half a file is of no use at the target", Remedy: `with settings { inotifyMode = "CloseWrite or Modify" } it does not`,
	},
	{
		Name: "network-file-systems", Running: true, Keys: []string{"monitor", "source"},
		applies: watchedTwice, Values: []any{"inotify+poll", "it is on NFS", "1m0s"},
		Now:    "the source is watched by %v: %v; besides, everything is listed every %v, so that what other machines change comes, too, and what this one changes comes twice",
		Lsyncd: "never heard of other machines", Why: "no kernel tells of them", Remedy: `monitor = "inotify" is as before`,
	},
	{
		Name: "signals", Keys: []string{"exitcodes"}, Compared: true,
		applies: all(not(mirror), startsChildren, not(own("collect")), some(unset("exitcodes.137"), unset("exitcodes.143"))),
		Now:     `a child that signal N killed ends lsyncgo, or with onDie = "stop-sync" the sync, as exitcodes has no entry for 128+N`,
		Lsyncd:  "took it for success", Why: "what was killed for want of memory has done nothing",
		Remedy: `exitcodes = { [0] = "ok", [137] = "again", [143] = "again" }, for example`,
	},
	{
		Name: "signals-in-collect", Keys: []string{"collect"}, applies: own("collect"),
		Now: "collect gets 128+N for a child that signal N killed", Lsyncd: "gave it 0", Why: "0 is success",
	},
	{
		Name: "killed-transfers", Keys: []string{"exitcodes", "rsyncExitCodes"},
		applies: all(byRsync, not(own("collect")), code(137, "again")),
		Now:     "an rsync that a signal killed is tried again", Lsyncd: "took it for success", Why: "it has not transferred everything",
	},
	{
		Name: "partial-transfers", Keys: []string{"exitcodes", "rsyncExitCodes"},
		applies: all(byRsync, not(own("collect")), code(23, "partial")),
		Now:     "an rsync that ends with exit code 23, not everything was transferred, is tried again", Lsyncd: "took it for success",
		Why: "what was left out would never come", Remedy: `exitcodes = { [23] = "ok" } is as before, with default.rsyncssh rsyncExitCodes`,
	},
	{
		Name: "partial-copies", Keys: []string{"exitcodes"}, applies: all(direct, not(own("collect")), code(23, "partial")),
		Now:    "what cannot be copied, moved or removed is tried again, after four attempts with long pauses while the sync is degraded, and lsyncgo status says why",
		Lsyncd: "took no notice", Why: "what was left out would never come",
	},
	{
		Name: "retries", Keys: []string{"exitcodes", "collect"}, applies: some(own("collect"), anyCode("again")),
		Now: "what is tried again waits longer each time, up to 5 minutes, and holds up nothing else", Lsyncd: "waited the delay each time",
		Why: "a target that is away for an hour must not cost an hour of logins",
	},
	{
		Name: "exact-paths", Running: true, Keys: []string{"rsync.transfer"}, Compared: true,
		applies: all(byRsync, not(is("rsync.transfer", "filter")), orCalledBy("action")), Values: []any{""},
		Now:    "rsync gets the exact paths that changed (--files-from)%v",
		Lsyncd: "had it scan their directories with an include filter",
		Why:    "20,000 names in one directory cost 16 times the CPU, and a name with `]` or a backslash is no pattern",
		Remedy: `rsync = { transfer = "filter" } is the old way`,
	},
	{
		Name: "whole-trees", Compared: true, NotedWith: "exact-paths",
		Now: "the topmost directory that is gone, and directories with all that is in them, are listed", Lsyncd: "listed each path of a tree that came or went",
		Why: "one entry deletes or sends a tree, and no parent that is gone is left at the target",
	},
	{
		Name: "missing-paths", Compared: true, NotedWith: "exact-paths",
		Now: "rsync gets `--ignore-missing-args` when it may not delete", Lsyncd: "left it to rsync's filter that a path is gone",
		Why: "exact paths that are gone are an error to rsync",
	},
	{
		Name: "quick-check", Compared: true, NotedWith: "exact-paths",
		Now:    "with `--ignore-times --no-checksum`, in a run before the others if there are any, is sent what has changed and may look the same, and at a local target what looks the same and is somebody else's",
		Lsyncd: "left it to rsync's size and time whether data is sent",
		Why:    "tar, `cp -p` and reproducible builds set times; and a user could be given a file by putting one that looks the same in its place",
	},
	{
		Name: "modify-window", Keys: []string{"rsync"}, Compared: true, applies: all(byRsync, unset("rsync.modify_window"), not(option("--modify-window"))),
		Now:    "rsync compares file times with their fractions (--modify-window=-1); a target that keeps whole seconds gets files again at each start",
		Lsyncd: "had it compare whole seconds", Why: "a second write of the same size within one second is no news to rsync otherwise",
		Remedy: "rsync = { modify_window = 0 } compares seconds",
	},
	{
		Name: "ignore-errors", Keys: []string{"delete"}, Compared: true,
		applies: all(byRsync, set("delete"), unset("rsync.ignore_errors"), not(option("--ignore-errors"))),
		Now:     "while something in the source cannot be read, rsync deletes nothing at the target", Lsyncd: "let it delete all the same (--ignore-errors)",
		Why: "a source that cannot be read must not empty the target", Remedy: "rsync = { ignore_errors = true } deletes all the same",
	},
	{
		Name: "empty-source", Keys: []string{"delete", "target"}, applies: all(deletesAtStart, emptyIsSeen), Values: []any{"is empty at the start or "},
		Now:    "a source that %vcomes back as another directory, as if a disk were not mounted, puts the sync on hold",
		Lsyncd: "emptied the target, or went on with what it had", Why: "a disk that is not mounted must not cost the copy of what is on it",
		Remedy: "lsyncgo resume NAME lets it go on",
	},
	{
		Name: "hard-links", Running: true, Keys: []string{"rsync.hard_links"}, applies: all(byRsync, set("rsync.hard_links")),
		Now: "all names of a file that changed go along and stay one file at the target", Lsyncd: "kept hard links only at the start",
		Why: "the target shall equal the source",
	},
	{
		Name: "hard-links-at-startup", Compared: true, NotedWith: "hard-links",
		Now: "the startup's rsync gets `--no-inc-recursive` with `hard_links`", Lsyncd: "let it list the tree while it works",
		Why: "rsync waits without end if the first name of a file with several vanishes meanwhile", Remedy: `_extra = { "--inc-recursive" } is the old way`,
	},
	{
		Name: "comment-excludes", Keys: []string{"exclude", "excludeFrom"}, applies: commentExclude, Values: []any{`"#*#"`},
		Now: "the exclude %v counts at the start, too", Lsyncd: "gave it to an rsync that took it for a comment", Why: "a pattern is a pattern",
	},
	{
		Name: "rules-at-startup", Compared: true, NotedWith: "comment-excludes",
		Now:    "filters and excludes are written, a zero byte after each, to `--filter=merge -` with `--from0`",
		Lsyncd: "wrote the excludes, a line each, to `--exclude-from=-`",
		Why:    "a pattern may hold a newline or begin with what `--exclude-from` takes for a comment, and filters and excludes keep their order",
	},
	{
		Name: "multiplex", Running: true, Keys: []string{"ssh.multiplex"}, Compared: true, applies: all(bySSH, unset("rsync.rsh"), set("ssh.multiplex")),
		Now: "one ssh connection stays open for transfers and moves (ControlMaster)", Lsyncd: "logged in for each",
		Why: "a login costs more than most batches", Remedy: "ssh = { multiplex = false } logs in each time",
	},
	{
		Name: "ssh-extra", Keys: []string{"ssh._extra", "ssh.binary", "rsync.rsh"}, Compared: true, applies: all(bySSH, sharedShell), Values: []any{"ssh._extra"},
		Now: "%v serves transfers and moves", Lsyncd: "transferred by rsync.rsh, and moved with ssh.binary and ssh._extra",
		Why: "a host that needs `-F config` for one needs it for the other",
	},
	{
		Name: "home-directory", Keys: []string{"targetdir"}, applies: all(bySSH, begins("targetdir", "~")),
		Now: "~ in targetdir is the home directory on the host", Lsyncd: "took it for a directory called ~", Why: "ssh users expect the first",
	},
	{
		Name: "remote-move", Running: true, Keys: []string{"host"}, Compared: true, applies: bySSH,
		Now:    "a script on the host renames A to B, follows no link below the target directory and takes B's place only; a move that fails becomes a transfer",
		Lsyncd: "ran `mv A B || rm -rf A` there, which moves into a directory B, and removed A even with delete = false",
		Why:    "a failed move must not delete the only copy, `delete = false` has to count here as well, and who can write at the target must not lead it elsewhere",
	},
	{
		Name: "after-a-move", Compared: true, NotedWith: "remote-move",
		Now: "after a move on the host rsync looks at the destination and at the directory that the path left", Lsyncd: "left it at the move",
		Why: "the move has changed the times of both directories at the target",
	},
	{
		Name: "failed-move", Compared: true, NotedWith: "remote-move",
		Now:    "a move on the host that fails with a code that no table has sends the destination, and the daemon goes on",
		Lsyncd: "ended", Why: "the origin may be gone at the target for many good reasons",
	},
	{
		Name: "direct-moves", Compared: true, applies: direct,
		Now:    "lsyncgo copies, moves and removes by itself, and makes the target equal to the source",
		Lsyncd: "started rsync, cp, mv and rm, and lost files when moves and other changes of a path waited together: a name that was moved away and used again is deleted",
		Why:    "it is what a mirror is for",
	},
	{
		Name: "direct-attributes", Compared: true, applies: direct,
		Now:    "mode, owner, times and hard links at the target become those of the source, from the first start on, and symbolic links stay links",
		Lsyncd: "left modes and owners alone and copied what a new link points to", Why: "the target shall equal the source",
	},
	{
		Name: "direct-symlinks", Compared: true, NotedWith: "direct-attributes",
		Now:    "a new symbolic link is copied as a link (`default.direct`)",
		Lsyncd: "copied what it points to; at its start it copied the link", Why: "the target shall equal the source",
	},
	{
		Name: "filter-order", Running: true, Keys: []string{"filter", "filterFrom"}, Compared: true, applies: overruled, Values: []any{"*.tmp", "d/**"},
		Now: "+ %v wins over - %v after it, as the first rule that matches decides", Lsyncd: "let the exclude win",
		Why: "rsync does so, and both must take the same paths",
	},
	{
		Name: "below-a-directory", Keys: []string{"exclude", "filter", "excludeFrom", "filterFrom"}, Compared: true, applies: belowDirectory, Values: []any{`"d/**"`},
		Now: "%v leaves the directory itself in, as it does for rsync", Lsyncd: "left it out", Why: "both must take the same paths",
	},
	{
		Name: "classes", Keys: []string{"exclude", "filter", "excludeFrom", "filterFrom"}, Compared: true, applies: classInPattern, Values: []any{`"[a-z].tmp"`},
		Now:    `%v means what it means to rsync: [ ] are a class and \ takes the next character as it is`,
		Lsyncd: "took them for plain characters, except where rsync reads the pattern", Why: "both must take the same paths",
	},
	{
		Name: "ends-of-a-move", Running: true, Keys: []string{"onMove"}, Compared: true, applies: endOfMove, Values: []any{"^o.source"},
		Now: "%v is replaced by its value", Lsyncd: "did not know it: `^o.` and `^d.` had five of the variables, and `^o.pathdir` became the path with `dir` behind it",
		Why: "nobody can want the text that Lsyncd makes of them",
	},
	{
		Name: "slashes", Keys: functions, Compared: true, applies: all(not(mirror), seesPaths),
		Now: "source paths have one slash after the source, /srv/a", Lsyncd: "put two, /srv//a", Why: "both name the same file, and people compare such strings",
	},
	{
		Name: "script-errors", Keys: functions, applies: all(ownFunction, scriptLimit), Values: []any{"; one that runs longer than 10s is stopped"},
		Now:    "an error in a Lua function is logged, and its event tried again three times%v",
		Lsyncd: "ended", Why: "one file must not end the daemon", Remedy: "settings { scriptTimeout = 0 } sets no limit of time",
	},
	{
		Name: "overtaking", Running: true, Keys: []string{"maxProcesses"}, applies: severalProcesses,
		Now: "a change waits for all earlier ones of the same path and of directories above and below", Lsyncd: "let it overtake some with several processes",
		Why: "what is older would win at the target",
	},
	{
		Name: "settings-and-maxProcesses", Keys: []string{"maxProcesses"}, applies: settingOf("maxProcesses"), Values: []any{5, 3},
		Now: "maxProcesses is %v", Lsyncd: "had %v: settings above a sync won over it, and did not reach the syncs above them", Why: "what is written in a sync is for this one",
	},
	{
		Name: "settings-and-maxDelays", Keys: []string{"maxDelays"}, applies: settingOf("maxDelays"), Values: []any{5, 3},
		Now: "maxDelays is %v", Lsyncd: "had %v: settings above a sync won over it, and did not reach the syncs above them", Why: "what is written in a sync is for this one",
	},
	{
		Name: "start", Once: true, Keys: []string{"nodaemon"}, applies: all(daemon, noLogFile), Values: []any{"; without logfile it does not start where no syslog runs"},
		Now:    "the command that starts it returns when it is ready, and its exit status says whether it is%v",
		Lsyncd: "returned at once", Why: "a service that did not start has to be seen",
	},
	{
		Name: "status-file", Once: true, Keys: []string{"statusFile"}, applies: statusFile,
		Now: "the status file has one more line for each sync, State:, and is replaced as a whole, by renaming", Lsyncd: "had neither",
		Why: "half a file is of no use to who reads it", Remedy: "lsyncgo status -json says more",
	},
	{
		Name: "relative-status-file", Once: true, Keys: []string{"statusFile"}, applies: all(daemon, relativeStatusFile), Values: []any{"/etc/lsyncd/status", "status"},
		Now: "statusFile is %v", Lsyncd: "wrote /%v as a daemon", Why: "all paths count from where it was started",
	},
	{
		Name: "reload", Once: true, Keys: []string{"pidfile"}, applies: reloads,
		Now:    "HUP starts only the syncs anew whose definition changed, and none if the config is broken",
		Lsyncd: "synced everything from scratch", Why: "a change of one sync is no matter of the others", Remedy: "for that, stop it and start it",
	},
	{
		Name: "insist", Once: true, Keys: []string{"insist"}, applies: insists,
		Now: "a sync whose source does not exist waits for it, and the others run", Lsyncd: "did not start", Why: "insist shall go on",
	},
	{
		Name: "order-of-options", Compared: true, Unnoted: "rsync does the same in any order",
		Now: "rsync's options are sorted, and end with `--`", Lsyncd: "started rsync with its options in no fixed order",
		Why: "the same config always gives the same command, and a source or target may begin with a dash",
	},
	{
		Name: "archive", Compared: true, Unnoted: "the options mean the same; only the command in the log looks different",
		Now: "`archive = true` is `-a`, with `--no-perms` and so on for what is switched off", Lsyncd: "wrote it out as `-lptgoD`, without what is switched off",
		Why: "the command in the log is the one that people know; `-a` with `--files-from` does not recurse",
	},
	{
		Name: "old-way", Compared: true, Unnoted: "transfer = \"filter\" is not in any config for Lsyncd",
		Now:    "`rsync = { transfer = \"filter\" }` writes one list of rules that has the config's own rules, the paths, and `- *`",
		Lsyncd: "gave the paths to `--include-from=-` and excluded all others",
		Why:    "what is excluded stays so in directories that are new as a whole, and one option carries all",
	},
	{
		Name: "in-new-directories", Compared: true, Unnoted: "onModify is called where it should have been",
		Now: "`onModify` is called for a file that was written in a new directory before that was watched", Lsyncd: "did not call it",
		Why: "it depends on chance otherwise",
	},
	{
		Name: "strict-config", Compared: true, Unnoted: "check refuses such a config",
		Now: "a sync that has no action is refused with file and line, and nothing is started", Lsyncd: "started with it",
		Why: "a typo must not pass for a mirror",
	},
}
