//go:build !unix

package config

import "io/fs"

// WritableDir reports whether this user can make files in a directory; here it is not asked.
func WritableDir(string) bool { return true }

func ownedByUser(fs.FileInfo) bool { return false }
