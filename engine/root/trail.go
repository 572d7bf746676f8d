package root

// Trail is how a path leads to a directory.
type Trail struct {
	// Path is the directory, absolute and without links.
	Path string
	// Links are the symbolic links that lead there, by the paths without links at which they were found. Where the system
	// gives no word of what happens to a link they are left out.
	Links []string
}
