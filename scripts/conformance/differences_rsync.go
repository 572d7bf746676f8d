package main

import (
	"slices"
	"strings"
)

var wholeTimes = &difference{
	name:    "modify-window",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--modify-window=-1") }),
}

var wholeList = &difference{
	name:    "hard-links-at-startup",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--no-inc-recursive") }),
}

var ignoreErrors = &difference{
	name:    "ignore-errors",
	rewrite: rsyncCalls(func(c *rsyncCall) { c.drop("--ignore-errors") }),
}

var startupRules = &difference{
	name: "rules-at-startup",
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
	name: "quick-check",
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
	name: "exact-paths",
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
	name: "archive",
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
	name: "old-way",
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
	name: "whole-trees",
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
