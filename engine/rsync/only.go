package rsync

import (
	"regexp"
	"strings"
)

// Only says which part of a tree a recursive rsync is to look at.
type Only struct {
	// Paths are relative to the source. One that ends in a slash stands for all that is below it.
	Paths []string
	// Strays are directories, "" or with a slash at the end, in which rsync is to find temporary files of its own: a dot,
	// the name, a dot, six characters.
	Strays []string
	// Both has the rules hold for the receiver, too, whom rsync --delete-excluded has none hold for.
	Both bool
}

// Rules returns filter rules of rsync that let nothing else through.
func (o Only) Rules() []string {
	var rules []string
	sides := " "
	if o.Both {
		sides = "rs "
	}
	seen := make(map[string]bool)
	include := func(pattern string) {
		if !seen[pattern] {
			seen[pattern] = true
			rules = append(rules, "+"+sides+pattern)
		}
	}
	parents := func(path string) {
		for i := 1; i < len(path)-1; i++ {
			if path[i] == '/' {
				include(literal(path[:i+1], ""))
			}
		}
	}
	for _, dir := range o.Strays {
		parents("/" + dir + ".")
		include(literal("/"+dir, ".*.??????"))
	}
	for _, path := range o.Paths {
		path = "/" + strings.TrimPrefix(path, "/")
		parents(path)
		switch {
		case path == "/":
		case strings.HasSuffix(path, "/"):
			include(literal(path, "***"))
		default:
			include(literal(path, ""))
			include(literal(path, "/***")) // the other type that the name may have had before
		}
	}
	return append(rules, "-"+sides+"*")
}

var special = regexp.MustCompile(`[*?[\\]`)

// literal is a pattern that begins with exactly this path and ends with these wildcards, if any. rsync takes a backslash
// for an escape only in a pattern that has a wildcard somewhere.
func literal(path, wildcards string) string {
	if strings.ContainsAny(path+wildcards, "*?[") {
		path = special.ReplaceAllString(path, `\$0`)
	}
	return path + wildcards
}
