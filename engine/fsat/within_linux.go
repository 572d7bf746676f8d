//go:build linux && !portable

package fsat

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/root"
)

var errMoved = errors.New("it was moved while what is below it was worked on")

// openDirs is how many directories all runs of this process may still keep open while they
// work on what is below. A tree that is deeper than that costs no more descriptors.
var openDirs atomic.Int64

func init() { openDirs.Store(int64(min(max((MaxOpen()-48)/2, 4), 1024))) }

// MaxOpen is how many descriptors this process can have.
func MaxOpen() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 1<<20 {
		return 1 << 20
	}
	return int(limit.Cur)
}

// ReserveDirs tells whether n directories more may stay open; then giveDirs has to follow.
func ReserveDirs(n int64) bool {
	if openDirs.Add(-n) >= 0 {
		return true
	}
	openDirs.Add(n)
	return false
}

// ReleaseDirs gives back what ReserveDirs has taken.
func ReleaseDirs(n int64) { openDirs.Add(n) }

// Within calls f with the directory name of d, which f has for itself. Where no more directories
// may stay open d is closed meanwhile, if it was given to an f itself.
func (d *Dir) Within(name string, f func(sub *Dir) error) error {
	sub, err := d.OpenDir(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	if ReserveDirs(1) {
		defer ReleaseDirs(1)
	} else {
		sub.sequential = true
	}
	if !d.sequential {
		return f(sub)
	}
	if err := d.Suspend(); err != nil {
		return err
	}
	err = f(sub)
	if berr := d.Resume(sub); berr != nil {
		return berr
	}
	return err
}

// Suspend closes d until back opens it again.
func (d *Dir) Suspend() error {
	if d.id == nil {
		id, err := root.OfDescriptor(d.fd)
		if err != nil {
			return err
		}
		d.id = &id
	}
	d.Close()
	d.announced.Store(false)
	return nil
}

// Resume opens d again from a directory below, or if that is nil or was moved, from the root.
func (d *Dir) Resume(below *Dir) error {
	if below != nil && below.fd >= 0 {
		if fd, err := openat(below.fd, "..", dirFlags|unix.O_NOFOLLOW, 0); err == nil && d.take(fd) {
			return nil
		}
	}
	var names []string
	top := d
	for ; top.up != nil; top = top.up {
		names = append(names, top.name)
	}
	path := new(strings.Builder)
	for i := len(names) - 1; i >= 0; i-- {
		_, _ = path.WriteString(names[i] + "/")
	}
	again, err := top.OpenBelow(path.String())
	if err != nil {
		return fmt.Errorf("%w: %w", errMoved, err)
	}
	if !d.take(again.fd) {
		return errMoved
	}
	return nil
}

// take makes fd that of d, if it is open on the directory that d was, else closes it.
func (d *Dir) take(fd int) bool {
	if now, err := root.OfDescriptor(fd); err != nil || !d.id.Still(now) {
		_ = unix.Close(fd)
		return false
	}
	d.fd = fd
	return true
}

// Lost tells whether d was not found again.
func (d *Dir) Lost() bool { return d.fd < 0 }
