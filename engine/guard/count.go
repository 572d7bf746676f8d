package guard

import (
	"context"
	"fmt"
	"io/fs"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/inventory"
)

// Count looks at everything below source, an absolute directory with a slash at
// its end, or, if flat, only at its own entries. Excluded tells of a path relative to
// source, a directory ending in a slash, that it does not count; nil excludes nothing.
// A directory below that cannot be read counts as empty. The error is that of the
// source itself, or of ctx.
func Count(ctx context.Context, source string, flat bool, excluded func(path string) bool) (*inventory.Inventory, error) {
	n := &counting{ctx: ctx, flat: flat, excluded: excluded, inventory: inventory.New()}
	at, err := descent.Open(source)
	if err == nil {
		n.at = at
		defer at.Close()
		err = n.dir(n.inventory.Top(), "")
	}
	if err != nil {
		return nil, fmt.Errorf("count the entries of %s: %w", source, err)
	}
	return n.inventory, nil
}

type counting struct {
	ctx       context.Context
	flat      bool
	excluded  func(path string) bool
	inventory *inventory.Inventory
	at        *descent.Cursor
}

// below is a directory to be counted.
type below struct {
	dir  *inventory.Dir
	name string
}

// dir counts what is in the directory that the cursor is in, whose path relative to the source is rel.
func (n *counting) dir(d *inventory.Dir, rel string) error {
	var kids []below
	err := n.at.ReadDir(func(e fs.DirEntry) error {
		if n.ctx.Err() != nil {
			return context.Cause(n.ctx)
		}
		path := rel + e.Name()
		if e.IsDir() {
			path += "/"
		}
		if n.excluded != nil && n.excluded(path) {
			return nil
		}
		if kid := n.inventory.Put(d, e.Name(), e.IsDir()); kid != nil && !n.flat {
			kids = append(kids, below{kid, e.Name()})
		}
		return nil
	})
	if n.ctx.Err() != nil {
		return context.Cause(n.ctx)
	}
	if err != nil && rel == "" {
		return err
	}
	for _, kid := range kids {
		if n.at.Down(kid.name) != nil {
			continue
		}
		if err := n.dir(kid.dir, rel+kid.name+"/"); err != nil {
			return err
		}
		if n.at.Up() != nil {
			break // moved: an event tells where to
		}
	}
	return nil
}
