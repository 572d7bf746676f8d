package copier

import (
	"errors"
	"io/fs"
	"syscall"

	"lsyncgo/engine/fsat"
)

// TargetError is an error of the side that is written to; others are of the side that is read.
type TargetError struct{ error }

// Unwrap returns the reason.
func (e TargetError) Unwrap() error { return e.error }

// AtTarget says that err is of the side that is written to; nil stays nil.
func AtTarget(err error) error {
	if err == nil {
		return nil
	}
	return TargetError{err}
}

// IsAtTarget tells whether err is of the side that is written to.
func IsAtTarget(err error) bool { return errors.As(err, new(TargetError)) }

var (
	// ErrChanged says that what was read changed meanwhile.
	ErrChanged = errors.New("changed while it was copied")
	// ErrCannotMake says that a device or fifo cannot be made at all: not by us, or not on this file system.
	ErrCannotMake = errors.New("cannot be made here")
)

// refusal is what became of an entry of which everything was done that the target did not refuse.
type refusal struct{ error }

func (e refusal) Unwrap() error { return e.error }

// Partly parts the refusal of something, with which an entry is still put in its place, from other errors.
func Partly(err error) (less, other error) {
	if errors.As(err, new(refusal)) {
		return err, nil
	}
	return nil, err
}

// Refused tells of answers that concern one step and not the entry.
func Refused(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) || fsat.IsUnsupported(err) ||
		errors.Is(err, fsat.ErrNoProc) || errors.Is(err, fsat.ErrForeign)
}

// Full tells of errors that stop writing but not removing, which may help.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
