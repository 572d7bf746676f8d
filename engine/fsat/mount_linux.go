//go:build linux && !portable

package fsat

import "lsyncgo/engine/mount"

// IsMount reports whether d is the top of a mounted file system.
func (d *Dir) IsMount() (is, known bool) { return mount.IsFD(d.fd) }
