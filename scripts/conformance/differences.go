package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// difference is something that lsyncgo does differently on purpose.
type difference struct {
	name    string
	lsyncd  string // what Lsyncd does
	lsyncgo string // what lsyncgo does
	why     string
	rewrite func(*recording) // brings a recording of either to the common form
}

// differences lists them all, in the order of the table.
var differences = []*difference{
	combined, slashes, ends, signals, spelling, archive, wholeTimes, wholeList, ignoreErrors, oldWay, startupRules, exactPaths, quickCheck, wholeTrees, missing, multiplex, sshExtra, remoteMove, afterMove, failedMove, attribs, symlinks, directMoves, filterOrder, belowOnly, classes, inNewDirectories, strict,
}

// kinds are the event types that a call can name as its first argument: "record Create a".
var kinds = []string{"Attrib", "Create", "Delete", "Modify"}

// combined applies the table of the delay FIFO to calls about one path that follow each other.
var combined = &difference{
	name:    "combine",
	lsyncd:  "computes how an event combines with a waiting one of the same path, but drops the result: a new file gives Create and Modify, a file changed three times gives Modify three times",
	lsyncgo: "does what the manual's table says: the second event is absorbed, or takes the place of the first",
	why:     "each path is transferred once per batch, not once per event",
	rewrite: func(r *recording) {
		last := map[string]int{} // index in kept of the last call about a path
		var kept []call
		for _, c := range r.calls {
			if len(c.argv) < 3 || c.argv[0] != "record" || !slices.Contains(kinds, c.argv[1]) {
				kept = append(kept, c)
				continue
			}
			// What has been dealt with combines with nothing that comes later.
			path := fmt.Sprint(c.step, strings.Join(c.argv[2:], "\x00"))
			before, ok := last[path]
			if ok {
				switch combine(kept[before].argv[1], c.argv[1], strings.HasSuffix(c.argv[2], "/")) {
				case "absorb":
					continue
				case "replace":
					kept[before] = c
					continue
				}
			}
			last[path] = len(kept)
			kept = append(kept, c)
		}
		r.calls = kept
	},
}

// combine is the table for two plain events of one path.
func combine(old, next string, isdir bool) string {
	if old == "Delete" && next == "Create" && isdir {
		return "stack"
	}
	rank := map[string]int{"Attrib": 0, "Modify": 1, "Create": 2}
	switch {
	case next == "Delete" && old != "Delete":
		return "replace"
	case old == "Delete" && next != "Create", next == "Delete":
		return "absorb"
	case old == "Delete", rank[next] > rank[old]:
		return "replace"
	}
	return "absorb"
}

var slashes = &difference{
	name:    "slashes",
	lsyncd:  "puts two slashes between the source and the path: `/srv//a`",
	lsyncgo: "puts one",
	why:     "both name the same file, and people compare such strings",
	rewrite: words(func(word string) string {
		if strings.HasPrefix(word, "$SOURCE/") {
			return strings.ReplaceAll(word, "//", "/")
		}
		return word
	}),
}

var ends = &difference{
	name:    "ends-of-a-move",
	lsyncd:  "knows `^o.` and `^d.` with five of the variables; `^o.source` and `^o.target` stay as they are, `^o.pathdir` becomes the path with `dir` behind it",
	lsyncgo: "knows them with all variables",
	why:     "nobody can want the text that Lsyncd makes of them",
	rewrite: func(r *recording) {
		// Only the plain form, the last argument, can be compared.
		for i, c := range r.calls {
			r.calls[i].argv = []string{c.argv[0], c.argv[len(c.argv)-1]}
		}
	},
}

var signals = &difference{
	name:    "signals",
	lsyncd:  "takes a child that was killed by a signal for one that ended with 0",
	lsyncgo: "takes death by signal N for exit code 128+N, and its own presets try that again",
	why:     "an rsync that the kernel killed for want of memory has transferred nothing",
	rewrite: func(r *recording) {
		r.calls = slices.CompactFunc(r.calls, func(a, b call) bool { return a.String() == b.String() })
	},
}

// words returns a rewrite of each argument and of the input.
func words(change func(string) string) func(*recording) {
	return func(r *recording) {
		for i, c := range r.calls {
			for j := range c.argv {
				c.argv[j] = change(c.argv[j])
			}
			r.calls[i].stdin = change(c.stdin)
		}
	}
}

var spelling = &difference{
	name:    "order-of-options",
	lsyncd:  "starts rsync with its options in no fixed order",
	lsyncgo: "sorts them, and ends them with `--`",
	why:     "the same config always gives the same command, and a source or target may begin with a dash",
	rewrite: rsyncCalls(func(c *rsyncCall) {
		var all []string
		for _, o := range c.options {
			if len(o) > 2 && o[0] == '-' && o[1] != '-' && !strings.Contains(o, " ") {
				for _, letter := range o[1:] {
					all = append(all, "-"+string(letter))
				}
				continue
			}
			all = append(all, o)
		}
		slices.Sort(all)
		c.options = all
	}),
}

var wholeTimes = &difference{
	name:    "modify-window",
	lsyncd:  "lets rsync compare times in whole seconds",
	lsyncgo: "adds `--modify-window=-1`: fractions count",
	why:     "a second write of the same size within one second is no news to rsync otherwise",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--modify-window=-1") }),
}

var wholeList = &difference{
	name:    "hard-links-at-startup",
	lsyncd:  "lets an rsync with `hard_links` list the tree while it works",
	lsyncgo: "adds `--no-inc-recursive` at the startup; `_extra = { \"--inc-recursive\" }` for the old way",
	why:     "rsync waits without end if the first name of a file with several vanishes meanwhile",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--no-inc-recursive") }),
}

var ignoreErrors = &difference{
	name:    "ignore-errors",
	lsyncd:  "deletes with `--ignore-errors`",
	lsyncgo: "does so only with `rsync = { ignore_errors = true }`",
	why:     "a source that cannot be read must not empty the target",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--ignore-errors") }),
}

var startupRules = &difference{
	name:    "rules-at-startup",
	lsyncd:  "writes the excludes, a line each, to `--exclude-from=-`",
	lsyncgo: "writes filters and excludes, a zero byte after each, to `--filter=merge -` with `--from0`",
	why:     "a pattern may hold a newline or begin with what `--exclude-from` takes for a comment, and filters and excludes keep their order",
	rewrite: rsyncCalls(func(c *rsyncCall) {
		switch {
		case c.drop("--filter=merge -"):
			c.drop("--from0")
			c.stdin = strings.ReplaceAll(strings.TrimSuffix(c.stdin, "\x00"), "\x00", "\n")
		case c.drop("--exclude-from=-"):
			var rules []string
			for line := range strings.FieldsFuncSeq(c.stdin, func(r rune) bool { return r == '\n' }) {
				rules = append(rules, "- "+line)
			}
			c.stdin = strings.Join(rules, "\n")
		case c.drop("--filter=. -"):
		default:
			return
		}
		// The order of excludes among themselves changes nothing.
		if !strings.Contains("\n"+c.stdin, "\n+ ") {
			c.stdin = strings.Join(slices.Sorted(strings.SplitSeq(c.stdin, "\n")), "\n")
		}
	}),
}

var quickCheck = &difference{
	name:    "quick-check",
	lsyncd:  "leaves it to rsync's size and time whether data is sent",
	lsyncgo: "sends with `--ignore-times --no-checksum`, in a run before the others if there are any, what has changed and may look the same, and at a local target what looks the same and is somebody else's",
	why:     "tar, `cp -p` and reproducible builds set times; and a user could be given a file by putting one that looks the same in its place",
	rewrite: func(r *recording) {
		var kept []call
		for i, c := range r.calls {
			if j := slices.Index(c.argv, "--ignore-times"); j > 0 && j+1 < len(c.argv) && c.argv[j+1] == "--no-checksum" {
				c.argv = slices.Delete(slices.Clone(c.argv), j, j+2)
				if i+1 < len(r.calls) && slices.Equal(c.argv, r.calls[i+1].argv) && holds(r.calls[i+1].stdin, c.stdin) {
					continue // the first of two steps
				}
			}
			kept = append(kept, c)
		}
		r.calls = kept
	},
}

// holds reports whether each path of a list, or a directory above it, is in another one.
func holds(list, paths string) bool {
	all := strings.Split(list, "\x00")
	return !slices.ContainsFunc(strings.Split(paths, "\x00"), func(p string) bool {
		return !slices.ContainsFunc(all, func(q string) bool { return p == q || strings.HasSuffix(q, "/") && strings.HasPrefix(p, q) })
	})
}

var exactPaths = &difference{
	name:    "exact-paths",
	lsyncd:  "gives rsync an include filter with the paths and all directories above them, so that it scans these",
	lsyncgo: "gives it the paths, `--files-from=-` with `--delete-missing-args`; `rsync = { transfer = \"filter\" }` is the old way",
	why:     "20,000 names in one directory cost 16 times the CPU, and a name with `]` or a backslash is no pattern",
	rewrite: rsyncCalls(func(c *rsyncCall) {
		switch {
		case c.drop("--files-from=-"):
			c.options = slices.DeleteFunc(c.options, func(o string) bool { return strings.HasPrefix(o, "--filter=") })
			c.drop("--delete-missing-args")
		case c.drop("--include-from=-"):
			c.drop("--exclude=*")
			c.drop("--force")
			c.drop("-r")
		default:
			return
		}
		c.drop("--from0")
		c.stdin = pathsOf(c.stdin)
	}),
}

var missing = &difference{
	name:    "missing-paths",
	lsyncd:  "leaves it to rsync's filter that a path is gone, when it may not delete",
	lsyncgo: "adds `--ignore-missing-args`",
	why:     "exact paths that are gone are an error to rsync",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--ignore-missing-args") }),
}

// rsyncCall is a call of rsync in its parts.
type rsyncCall struct {
	options []string
	stdin   string
}

// drop takes an option away and tells whether it was there.
func (c *rsyncCall) drop(option string) bool {
	i := slices.Index(c.options, option)
	if i < 0 {
		return false
	}
	c.options = slices.Delete(c.options, i, i+1)
	return true
}

// rsyncCalls returns a rewrite of the calls of rsync; their last two arguments stay.
func rsyncCalls(change func(*rsyncCall)) func(*recording) {
	return func(r *recording) {
		for i, c := range r.calls {
			if c.argv[0] != "rsync" || len(c.argv) < 3 {
				continue
			}
			last := len(c.argv) - 2
			options := slices.Clone(c.argv[1:last])
			if n := len(options); n > 0 && options[n-1] == "--" {
				options = options[:n-1]
			}
			rc := rsyncCall{options: options, stdin: c.stdin}
			change(&rc)
			r.calls[i] = call{argv: slices.Concat(c.argv[:1], rc.options, c.argv[last:]), stdin: rc.stdin}
		}
	}
}

// unescape takes away what keeps wildcards of a path from being any.
var unescape = strings.NewReplacer(`\*`, `*`, `\?`, `?`, `\[`, `[`, `\]`, `]`, `\\`, `\`)

// pathsOf returns the paths of a list for rsync in a common form: relative, sorted, without those above others.
func pathsOf(input string) string {
	var paths []string
	for _, p := range strings.Split(input, "\x00") {
		wild := strings.ContainsAny(p, "*?[") // else a backslash is one
		if p = strings.TrimSuffix(p, "***"); wild {
			p = unescape.Replace(p)
		}
		if p = relative(p); p != "" {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		return slices.ContainsFunc(paths, func(q string) bool { return strings.HasPrefix(q, p+"/") })
	})
	return strings.Join(paths, "\n")
}

var archive = &difference{
	name:    "archive",
	lsyncd:  "writes `archive = true` out as `-lptgoD`, without what is switched off",
	lsyncgo: "writes `-a`, and `--no-perms` and so on for what is switched off",
	why:     "the command in the log is the one that people know; `-a` with `--files-from` does not recurse",
	rewrite: rsyncCalls(func(c *rsyncCall) {
		if !c.drop("-a") {
			return
		}
		for letter, off := range map[string]string{"-D": "", "-g": "--no-group", "-l": "--no-links", "-o": "--no-owner", "-p": "--no-perms", "-t": "--no-times"} {
			if !c.drop(off) {
				c.options = append(c.options, letter)
			}
		}
		slices.Sort(c.options)
		c.options = slices.Compact(c.options)
	}),
}

var oldWay = &difference{
	name:    "old-way",
	lsyncd:  "gives the paths to `--include-from=-` and excludes all others",
	lsyncgo: "with `rsync = { transfer = \"filter\" }` writes one list of rules that has the config's own rules, the paths, and `- *`",
	why:     "what is excluded stays so in directories that are new as a whole, and one option carries all",
	rewrite: rsyncCalls(func(c *rsyncCall) {
		if !strings.HasSuffix(c.stdin, "- *\x00") || !c.drop("--filter=merge -") {
			return
		}
		c.drop("--from0")
		c.drop("-r")
		var paths []string
		for rule := range strings.SplitSeq(c.stdin, "\x00") {
			if path, ok := strings.CutPrefix(rule, "+ /"); ok {
				paths = append(paths, path)
			}
		}
		c.stdin = pathsOf(strings.Join(paths, "\x00"))
	}),
}

var wholeTrees = &difference{
	name:    "whole-trees",
	lsyncd:  "lists each path of a tree that came or went",
	lsyncgo: "lists the topmost directory that is gone, and directories with all that is in them",
	why:     "one entry deletes or sends a tree, and no parent that is gone is left at the target",
	rewrite: rsyncCalls(func(c *rsyncCall) {
		if c.stdin == "" {
			return
		}
		var tops []string
		for path := range strings.SplitSeq(c.stdin, "\n") {
			top, _, _ := strings.Cut(path, "/")
			tops = append(tops, top)
		}
		slices.Sort(tops)
		c.stdin = strings.Join(slices.Compact(tops), "\n")
	}),
}

var multiplex = &difference{
	name:    "multiplex",
	lsyncd:  "logs in for every batch and every move, and starts `ssh` for rsync whatever `ssh.binary` says",
	lsyncgo: "keeps one connection (`ControlMaster`), unless `ssh = { multiplex = false }`, and gives rsync the same ssh with the same options",
	why:     "a login costs more than most batches",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			switch c.argv[0] {
			case "ssh":
				r.calls[i].argv = withoutControl(c.argv)
			case "rsync":
				r.calls[i].argv = slices.DeleteFunc(slices.Clone(c.argv), func(a string) bool { return plainShell(a) == "ssh" })
				for j, a := range r.calls[i].argv {
					if shell := plainShell(a); shell != "" {
						r.calls[i].argv[j] = "--rsh=" + shell
					}
				}
			}
		}
	},
}

// plainShell returns the command of --rsh without what keeps a connection, "" for other options.
func plainShell(option string) string {
	command, ok := strings.CutPrefix(option, "--rsh=")
	if !ok {
		return ""
	}
	return strings.Join(withoutControl(strings.Fields(strings.TrimPrefix(command, "$BIN/"))), " ")
}

func withoutControl(argv []string) []string {
	var kept []string
	for i := 0; i < len(argv); i++ {
		if argv[i] == "-o" && i+1 < len(argv) && strings.HasPrefix(argv[i+1], "Control") {
			i++
			continue
		}
		kept = append(kept, argv[i])
	}
	return kept
}

var sshExtra = &difference{
	name:    "ssh-extra",
	lsyncd:  "uses `ssh._extra` for moves only",
	lsyncgo: "uses it for rsync's connection, too",
	why:     "whoever needs `-F config` for one needs it for the other",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			r.calls[i].argv = slices.DeleteFunc(slices.Clone(c.argv), func(a string) bool { return strings.HasPrefix(a, "--rsh=") })
		}
	},
}

var remoteMove = &difference{
	name:    "remote-move",
	lsyncd:  "runs `mv A B || rm -rf A` on the host, which moves into B if that is a directory",
	lsyncgo: "gives a shell there a script that renames A to B, follows no link below the target directory and takes B's place only, and transfers B if that cannot be",
	why:     "a failed move must not delete the only copy, `delete = false` has to count here as well, and who can write at the target must not lead it elsewhere",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			host := slices.Index(c.argv, "host")
			if c.argv[0] != "ssh" || host < 0 {
				continue
			}
			command := strings.ReplaceAll(strings.Join(c.argv[host+1:], " "), `'"'"'`, `'\''`)
			if ends := remoteEnds.FindStringSubmatch(command); ends != nil {
				r.calls[i].argv = slices.Concat(c.argv[:host+1], []string{"mv", strings.TrimSuffix(ends[1], "/"), strings.TrimSuffix(ends[2], "/")})
			} else if ends := remoteScript.FindStringSubmatch(c.stdin); ends != nil {
				root := strings.TrimSuffix(ends[1], "/")
				r.calls[i].argv = slices.Concat(c.argv[:host+1], []string{"mv", root + ends[2], root + ends[3]})
				r.calls[i].stdin = ""
			}
		}
	},
}

// The two ends of a remote move, in Lsyncd's command and in lsyncgo's script.
var (
	remoteEnds   = regexp.MustCompile(`^mv '(.*?)' '(.*?)'(?: \|\| rm -rf .*)?$`)
	remoteScript = regexp.MustCompile(`(?s)^\{\nroot='(.*?)'\nfrom='(.*?)'\nto='(.*?)'\nunset `)
)

var attribs = &difference{
	name:    "direct-attributes",
	lsyncd:  "does not bring changes of mode and times to the target (`default.direct`)",
	lsyncgo: "does",
	why:     "the target shall equal the source",
	rewrite: func(r *recording) {
		for i, line := range r.tree {
			_, rest, _ := strings.Cut(line, " ")
			r.tree[i] = rest
		}
	},
}

var symlinks = &difference{
	name:    "direct-symlinks",
	lsyncd:  "copies what a new symbolic link points to (`default.direct`; at its start it copies the link)",
	lsyncgo: "copies the link",
	why:     "the target shall equal the source",
	rewrite: func(r *recording) {
		r.tree = slices.DeleteFunc(r.tree, func(line string) bool { return strings.Contains(line, ` "s" `) })
	},
}

var failedMove = &difference{
	name:    "failed-move",
	lsyncd:  "ends when a move on the host fails with a code that its table does not have (`default.rsyncssh`)",
	lsyncgo: "sends the destination instead, and goes on",
	why:     "the origin may be gone at the target for many good reasons",
	rewrite: func(r *recording) {
		r.exit = 143
		if i := slices.IndexFunc(r.calls, func(c call) bool { return c.argv[0] == "ssh" }); i >= 0 {
			r.calls = r.calls[:i+1]
		}
	},
}

var filterOrder = &difference{
	name:    "filter-order",
	lsyncd:  "lets `- d/**` exclude `d/b.tmp` although `+ *.tmp` comes before",
	lsyncgo: "lets the first rule that matches decide",
	why:     "rsync does so, and both must take the same paths",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.about("d/b.tmp") })
	},
}

var belowOnly = &difference{
	name:    "below-a-directory",
	lsyncd:  "takes `d/*` and `d/**` for a rule about the directory `d/`, too",
	lsyncgo: "leaves the directory itself in",
	why:     "rsync does so, and both must take the same paths",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.about("tmp") || c.about("d/cache") })
	},
}

var classes = &difference{
	name:    "classes",
	lsyncd:  "takes `[`, `]` and `\\` in a pattern as they are, except where rsync reads the pattern",
	lsyncgo: "reads `[a-z]` as a class, and `\\` as an escape, everywhere",
	why:     "rsync does so, and both must take the same paths",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.about("a.tmp") || c.about("d/b.tmp") })
	},
}

var inNewDirectories = &difference{
	name:    "in-new-directories",
	lsyncd:  "does not call `onModify` for a file that was written in a new directory before that was watched",
	lsyncgo: "does",
	why:     "it depends on chance otherwise",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool {
			return c.argv[1] == "Modify" && (c.about("x/1") || c.about("x/y/2"))
		})
	},
}

var strict = &difference{
	name:    "strict-config",
	lsyncd:  "starts with a sync that has no action",
	lsyncgo: "says so with file and line, and starts nothing",
	why:     "a typo must not pass for a mirror",
	rewrite: func(r *recording) { r.exit, r.calls, r.tree = 255, nil, nil },
}

var directMoves = &difference{
	name:    "direct-moves",
	lsyncd:  "loses files when moves and other changes of the same paths wait together (`default.direct`): a name that was moved away and used again is deleted",
	lsyncgo: "makes the target equal to the source",
	why:     "it is what a mirror is for",
	rewrite: func(r *recording) {
		// What counts is that ours equals the source, which is the same for both.
		if r.engine == theirs {
			r.tree = r.source
		}
	},
}

var afterMove = &difference{
	name:    "after-a-move",
	lsyncd:  "leaves it at the move on the host (`default.rsyncssh`)",
	lsyncgo: "has rsync look at the destination and at the directory that the path left",
	why:     "the move has changed the times of both directories at the target",
	rewrite: func(r *recording) {
		moved := map[string]bool{} // paths that rsync looks at because of moves
		var kept []call
		for _, c := range r.calls {
			switch last := len(c.argv) - 1; {
			case c.argv[0] == "ssh" && last > 2 && c.argv[last-2] == "mv":
				origin := strings.TrimPrefix(c.argv[last-1], "/target/")
				moved[path.Dir(origin)] = true
				moved[strings.TrimPrefix(c.argv[last], "/target/")] = true
			case r.engine == ours && len(moved) > 0 && c.stdin != "":
				paths := slices.DeleteFunc(strings.Split(c.stdin, "\n"), func(p string) bool { return moved[p] })
				clear(moved)
				if len(paths) == 0 {
					continue
				}
				c.stdin = strings.Join(paths, "\n")
			}
			kept = append(kept, c)
		}
		r.calls = kept
	},
}
