// Package guard looks at a source before a target is made equal to it, and at the target before anything is
// written: a disk that is not mounted looks like a directory in which everything was deleted.
package guard

import (
	"lsyncgo/engine/address"
	"lsyncgo/engine/core"
	"lsyncgo/engine/root"
)

// Look looks at a source, and at its target if that is on this machine.
func Look(source, target string) core.Seen {
	seen := core.Seen{TargetFull: address.Local(target) && !empty(target)}
	dir, err := root.Open(source)
	if err != nil {
		seen.Err = err
		return seen
	}
	defer dir.Close()
	seen.Source, seen.Err = root.Of(dir)
	nothing, err := root.Empty(dir)
	seen.Empty = nothing || err != nil
	return seen
}

// empty reports whether a directory has no entries; one that cannot be read, or is not there, counts as empty.
func empty(path string) bool {
	dir, err := root.Open(path)
	if err != nil {
		return true
	}
	defer dir.Close()
	nothing, err := root.Empty(dir)
	return nothing || err != nil
}
