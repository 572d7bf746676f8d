//go:build !unix

package fsat

import "io/fs"

// identify has nothing to add.
func identify(fs.FileInfo, *Stat) {}
