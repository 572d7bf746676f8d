package delay

import "lsyncgo/engine/event"

// comparing counts, by path, the directories of which all has to go or to be compared while something acts on that.
type comparing map[string]int

func (c comparing) enter(d *Delay) {
	if d.compares() {
		c[d.directory()]++
	}
}

func (c comparing) leave(d *Delay) {
	if !d.compares() {
		return
	}
	path := d.directory()
	if c[path]--; c[path] == 0 {
		delete(c, path)
	}
}

// compares reports whether who acts on d has to look for what the target has in excess in a directory.
func (d *Delay) compares() bool { return event.Whole(d.Kind, d.isDir, d.Tree) }

// directory is the path as that of a directory: a script may name one for a Full without the slash.
func (d *Delay) directory() string {
	path := d.Path()
	if !event.IsDir(path) {
		path += "/"
	}
	return path
}

// Comparing reports whether something is being acted on by which the directory path, or one above it, goes or is
// compared as a whole. Between looking at the source and acting at the target there is time: a directory that appears
// in it can be taken for what was to be compared, and keeps what the target had under that name before.
func (q *Queue) Comparing(path string) bool {
	if len(q.comparing) == 0 {
		return false
	}
	for i := 0; i <= len(path); i++ {
		if (i == 0 || path[i-1] == '/') && q.comparing[path[:i]] > 0 {
			return true
		}
	}
	return false
}
