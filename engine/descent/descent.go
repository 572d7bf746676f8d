// Package descent walks directory trees of any depth: with few descriptors, however deep a tree
// is, and with one step of the kernel for each directory, where a path from the root
// would take as many as the tree is deep and could be longer than the kernel takes.
package descent

import (
	"errors"
	"io"
	"io/fs"
)

// ErrMoved says that a directory above the one that was being visited was moved meanwhile.
var ErrMoved = errors.New("it was moved while what is below it was looked at")

// chunk is how many entries are read at once, so that a directory of millions can be interrupted.
const chunk = 1024

// ReadDir calls f with the entries of the directory that c is in, until f returns an error, and
// returns that error, or why it could not be read to its end. [fs.DirEntry.Info] works during the call only.
func (c *Cursor) ReadDir(f func(fs.DirEntry) error) error {
	dir, err := c.list()
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	for {
		list, err := dir.ReadDir(chunk)
		for _, e := range list {
			if err := f(e); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}
