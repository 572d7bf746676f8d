package rsync

import "strings"

// maxRule is the longest pattern that rsync takes; it ignores a longer one with a mere warning.
const maxRule = 4000

// ProtectOptions returns options of rsync by which it deletes nothing in these directories of the target, which are
// relative to it and end in a slash. They have to come before all other filter rules: the first that matches counts.
func ProtectOptions(dirs []string) []string {
	var options []string
	for _, dir := range dirs {
		pattern := protectPattern(dir)
		for len(pattern) > maxRule { // all of a directory above it, then
			dir = parent(strings.TrimSuffix(dir, "/"))
			pattern = protectPattern(dir)
		}
		options = append(options, "--filter=P "+pattern)
	}
	return options
}

// protectPattern matches the directory and all below it. As it has wildcards, rsync takes a backslash in it
// for an escape.
func protectPattern(dir string) string {
	return "/" + strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir) + "***"
}
