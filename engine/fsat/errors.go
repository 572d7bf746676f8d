package fsat

import (
	"errors"
	"io/fs"
	"syscall"
)

// IsGone tells of an answer that an entry does not exist; ELOOP and ENOTDIR are
// what a path gives whose directory has become something else.
func IsGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP)
}

// IsUnsupported tells of an answer that a file system cannot do it at all.
func IsUnsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EOPNOTSUPP)
}
