//go:build linux && !portable

package transfer

import "lsyncgo/engine/mount"

// isMount reports whether d is the top of a mounted file system.
func (d *dir) isMount() (is, known bool) { return mount.IsFD(d.fd) }
