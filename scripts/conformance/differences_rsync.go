package main

import (
	"slices"
	"strings"
)

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
