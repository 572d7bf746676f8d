package mirror

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"

	"lsyncgo/engine/failure"
	"lsyncgo/engine/printable"
)

// Exit codes of a report.
const (
	ExitOK          = failure.OK
	ExitUnreachable = failure.FileIO // source or target missing, read only, full or broken
	ExitCancelled   = failure.Cancelled
	ExitPartial     = failure.Partial  // some entries failed
	ExitVanished    = failure.Vanished // some entries were gone before they could be copied
)

// Failure is one entry that could not be brought into step.
type Failure struct {
	Path string // relative to the roots
	Verb string // what was tried: read, write, remove, ...
	Err  error
}

// Error returns verb, path and reason as one printable line.
func (f Failure) Error() string {
	return printable.Line(f.Verb + " " + f.Path + ": " + f.Err.Error())
}

// Unwrap returns the reason.
func (f Failure) Unwrap() error { return f.Err }

// maxFailures bounds the list in a report; a full disk fails every entry.
const maxFailures = 100

// Report counts what was done.
type Report struct {
	Copied   int64 // regular files whose data was written
	Bytes    int64 // data bytes of those, holes included
	Linked   int64 // hard links made
	Created  int64 // directories, symbolic links and special files made
	Removed  int64 // entries removed, everything below a directory included
	Moved    int64 // renames at the target
	Vanished int64 // source entries that went away while they were looked at

	// Failed holds the first failures, FailedTotal their true number.
	Failed      []Failure
	FailedTotal int64

	unreachable bool
	cancelled   bool
}

// Summary counts in one line what was done.
func (r Report) Summary() string {
	return fmt.Sprintf("%d copied (%d bytes), %d linked, %d made, %d removed, %d moved, %d vanished, %d failed",
		r.Copied, r.Bytes, r.Linked, r.Created, r.Removed, r.Moved, r.Vanished, r.FailedTotal)
}

// ExitCode sums the report up in one of the Exit constants.
func (r Report) ExitCode() int {
	switch {
	case r.unreachable:
		return ExitUnreachable
	case r.cancelled:
		return ExitCancelled
	case r.FailedTotal > 0:
		return ExitPartial
	case r.Vanished > 0:
		return ExitVanished
	}
	return ExitOK
}

// tally is a report that several workers write to.
type tally struct {
	copied, bytes, linked, created, removed, moved, vanished atomic.Int64

	mu          sync.Mutex // guards what follows
	failed      []Failure
	failedTotal int64
	unreachable error // the failure that means the whole target or source
}

func (t *tally) add(f Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failedTotal++
	if len(t.failed) < maxFailures {
		t.failed = append(t.failed, f)
	}
}

func (t *tally) lose(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.unreachable == nil {
		t.unreachable = err
	}
}

func (t *tally) report() Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Report{
		Copied: t.copied.Load(), Bytes: t.bytes.Load(), Linked: t.linked.Load(), Created: t.created.Load(),
		Removed: t.removed.Load(), Moved: t.moved.Load(), Vanished: t.vanished.Load(),
		Failed: t.failed, FailedTotal: t.failedTotal, unreachable: t.unreachable != nil,
	}
}

// broken tells of errors that every further entry would meet, too.
func broken(err error) bool {
	for _, e := range []error{syscall.EROFS, syscall.EIO, syscall.ENODEV, syscall.ENXIO, syscall.ESTALE,
		syscall.ENOTCONN, syscall.ETIMEDOUT, syscall.EHOSTDOWN, syscall.EHOSTUNREACH} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
