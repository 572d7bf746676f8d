//go:build !unix

package listing

import (
	"os"
	"time"
)

// identity tells apart what has equal names, sizes and times.
type identity struct{ inode uint64 }

func identify(string, os.FileInfo) identity { return identity{} }

func (identity) changed() time.Time { return time.Time{} }
