//go:build !unix

package listing

import "os"

// identity tells apart what has equal names, sizes and times.
type identity struct{ inode uint64 }

func identify(string, os.FileInfo) identity { return identity{} }
