package main

import (
	"fmt"
	"slices"
	"strings"
)

// difference is one that the table of lua/migrate has, which says what each program does.
type difference struct {
	name    string
	rewrite func(*recording) // brings a recording of either to the common form
}

// kinds are the event types that a call can name as its first argument: "record Create a".
var kinds = []string{"Attrib", "Create", "Delete", "Modify"}

// combined applies the table of the delay FIFO to calls about one path that follow each other.
var combined = &difference{
	name: "combine",
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
	name: "slashes",
	rewrite: words(func(word string) string {
		if strings.HasPrefix(word, "$SOURCE/") {
			return strings.ReplaceAll(word, "//", "/")
		}
		return word
	}),
}

var ends = &difference{
	name: "ends-of-a-move",
	rewrite: func(r *recording) {
		// Only the plain form, the last argument, can be compared.
		for i, c := range r.calls {
			r.calls[i].argv = []string{c.argv[0], c.argv[len(c.argv)-1]}
		}
	},
}

var signals = &difference{
	name: "signals",
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
	name: "order-of-options",
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
	name: "direct-attributes",
	rewrite: func(r *recording) {
		for i, line := range r.tree {
			_, rest, _ := strings.Cut(line, " ")
			r.tree[i] = rest
		}
	},
}

var symlinks = &difference{
	name: "direct-symlinks",
	rewrite: func(r *recording) {
		r.tree = slices.DeleteFunc(r.tree, func(line string) bool { return strings.Contains(line, ` "s" `) })
	},
}

var filterOrder = &difference{
	name: "filter-order",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.about("d/b.tmp") })
	},
}

var belowOnly = &difference{
	name: "below-a-directory",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.about("tmp") || c.about("d/cache") })
	},
}

var classes = &difference{
	name: "classes",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.about("a.tmp") || c.about("d/b.tmp") })
	},
}

var inNewDirectories = &difference{
	name: "in-new-directories",
	rewrite: func(r *recording) {
		r.calls = slices.DeleteFunc(r.calls, func(c call) bool {
			return c.argv[1] == "Modify" && (c.about("x/1") || c.about("x/y/2"))
		})
	},
}

var strict = &difference{
	name:    "strict-config",
	rewrite: func(r *recording) { r.exit, r.calls, r.tree = 255, nil, nil },
}

var directMoves = &difference{
	name: "direct-moves",
	rewrite: func(r *recording) {
		// What counts is that ours equals the source, which is the same for both.
		if r.engine == theirs {
			r.tree = r.source
		}
	},
}
