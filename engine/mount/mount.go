// Package mount tells which file systems are mounted, and where. On systems whose table of mounts it
// cannot read it knows of none.
package mount

import "strings"

// Mount is one mounted file system.
type Mount struct {
	// ID names the mount as long as it lasts: it stays when a directory above is renamed. The kernel gives it to another
	// mount as soon as it is free.
	ID uint64
	// Unique is a number that the kernel gives to no other; 0 before Linux 6.8.
	Unique uint64
	// What is mounted, by its device, the directory of that, type and source.
	What string
}

// Point is a mount and its place.
type Point struct {
	Mount
	// Path is absolute; it ends in a slash only if it is the root directory.
	Path string
}

// Same reports whether two looks have seen one and the same mount, wherever it was. Where there is no unique number, what is
// mounted has to be the same, too, as the kernel gives the other number again.
func (m Mount) Same(other Mount) bool {
	if m.Unique != 0 && other.Unique != 0 {
		return m.Unique == other.Unique
	}
	return m.ID == other.ID && m.What == other.What
}

// Seen returns the mount with its unique number, if it can be seen at its place.
func (p Point) Seen() Mount {
	_, _, p.Unique = look(p.Path)
	return p.Mount
}

// Below returns the points of a table that are below a directory, which is absolute and ends in a slash. Its keys are the
// paths of the mount points relative to that, with a slash at the end.
// Of several at one path the last counts. What another mount hides is not there.
func Below(table []Point, dir string) map[string]Mount {
	var found map[string]Mount
	for _, p := range table {
		rel, ok := strings.CutPrefix(p.Path, dir)
		if !ok || rel == "" || strings.HasSuffix(rel, "/") {
			continue
		}
		is, known, unique := look(p.Path)
		if known && !is {
			continue
		}
		p.Unique = unique
		if found == nil {
			found = map[string]Mount{}
		}
		found[rel+"/"] = p.Mount
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
