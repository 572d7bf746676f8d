//go:build !linux

package descent

import (
	"os"
	"syscall"
)

// Cursor is in one directory of a tree. It follows no symbolic link below where it began. Here
// it is a path, so a tree can be only as deep as a path can be long.
type Cursor struct {
	path  string   // with a slash at the end
	trail []string // the paths above
}

// Open returns a cursor in the directory path, which may lead through symbolic links.
func Open(path string) (*Cursor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if path == "" || !os.IsPathSeparator(path[len(path)-1]) {
		path += "/"
	}
	return &Cursor{path: path}, f.Close()
}

// Close ends the work with c.
func (c *Cursor) Close() {}

// Down moves c into the directory name.
func (c *Cursor) Down(name string) error {
	info, err := os.Lstat(c.path + name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &os.PathError{Op: "open", Path: c.path + name, Err: syscall.ENOTDIR}
	}
	c.trail = append(c.trail, c.path)
	c.path += name + "/"
	return nil
}

// Up moves c to the directory above.
func (c *Cursor) Up() error {
	last := len(c.trail) - 1
	c.path, c.trail = c.trail[last], c.trail[:last]
	return nil
}

func (c *Cursor) list() (*os.File, error) { return os.Open(c.path) }
