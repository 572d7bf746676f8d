// Package mount tells which file systems are mounted, and where. On systems whose table of mounts it
// cannot read it knows of none.
package mount

import "strings"

// Point is one place at which a file system is mounted.
type Point struct {
	// ID names this mount as long as it lasts: it stays when a directory above is renamed. The kernel may
	// give it to another mount afterwards.
	ID uint64
	// Path is absolute; it ends in a slash only if it is the root directory.
	Path string
}

// Below returns the points of a table that are below a directory, which is absolute and ends in a slash. Its keys are the
// paths of the mount points relative to that, with a slash at the end, its values the numbers of the mounts.
// Of several at one path the last counts. What another mount hides is not there.
func Below(table []Point, dir string) map[string]uint64 {
	var found map[string]uint64
	for _, p := range table {
		rel, ok := strings.CutPrefix(p.Path, dir)
		if !ok || rel == "" || strings.HasSuffix(rel, "/") {
			continue
		}
		if is, known := Is(p.Path); known && !is {
			continue
		}
		if found == nil {
			found = map[string]uint64{}
		}
		found[rel+"/"] = p.ID
	}
	return found
}

// Missing returns those of the directories, relative to dir as Below has them, at which nothing is mounted. It
// reads the table only if there are any, and where there is none it returns nothing.
func Missing(dir string, points []string) (missing []string) {
	if len(points) == 0 {
		return nil
	}
	table, err := Table()
	if err != nil {
		return nil
	}
	there := make(map[string]bool, len(table))
	for _, p := range table {
		there[p.Path] = true
	}
	for _, rel := range points {
		if !there[strings.TrimSuffix(dir+rel, "/")] {
			missing = append(missing, rel)
		}
	}
	return missing
}
