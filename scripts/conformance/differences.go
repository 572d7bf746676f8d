package main

import (
	"fmt"
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
