package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"lsyncgo/engine/census"
)

// listed is how many entries are read at once, so that a directory of millions can be interrupted.
const listed = 1024

// Count looks at everything below source, an absolute directory with a slash at
// its end, or, if flat, only at its own entries. Excluded tells of a path relative to
// source, a directory ending in a slash, that it does not count; nil excludes nothing.
// A directory below that cannot be read counts as empty. The error is that of the
// source itself, or of ctx.
func Count(ctx context.Context, source string, flat bool, excluded func(path string) bool) (*census.Census, error) {
	n := &counting{ctx: ctx, flat: flat, excluded: excluded, census: census.New()}
	if err := n.dir(n.census.Top(), source, ""); err != nil {
		return nil, fmt.Errorf("count the entries of %s: %w", source, err)
	}
	return n.census, nil
}

type counting struct {
	ctx      context.Context
	flat     bool
	excluded func(path string) bool
	census   *census.Census
}

// below is a directory to be counted, its path relative to the source.
type below struct {
	dir *census.Dir
	rel string
}

// dir counts what is in the directory rel. It is closed before the ones below it are opened.
func (n *counting) dir(d *census.Dir, source, rel string) error {
	kids, err := n.entries(d, source, rel)
	if n.ctx.Err() != nil {
		return context.Cause(n.ctx)
	}
	if err != nil && rel == "" {
		return err
	}
	for _, kid := range kids {
		if err := n.dir(kid.dir, source, kid.rel); err != nil {
			return err
		}
	}
	return nil
}

func (n *counting) entries(d *census.Dir, source, rel string) (kids []below, err error) {
	dir, err := os.Open(source + rel)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	for n.ctx.Err() == nil {
		list, err := dir.ReadDir(listed)
		for _, e := range list {
			path := rel + e.Name()
			if e.IsDir() {
				path += "/"
			}
			if n.excluded != nil && n.excluded(path) {
				continue
			}
			if kid := n.census.Put(d, e.Name(), e.IsDir()); kid != nil && !n.flat {
				kids = append(kids, below{kid, path})
			}
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return kids, err
		}
	}
	return kids, nil
}
