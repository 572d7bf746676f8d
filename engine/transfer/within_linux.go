//go:build linux && !portable

package transfer

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

func init() { openDirs.Store(int64(min(max((maxOpen()-48)/2, 4), 1024))) }

// maxOpen is how many descriptors this process can have.
func maxOpen() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 1<<20 {
		return 1 << 20
	}
	return int(limit.Cur)
}

// takeDirs tells whether n directories more may stay open; then giveDirs has to follow.
func takeDirs(n int64) bool {
	if openDirs.Add(-n) >= 0 {
		return true
	}
	openDirs.Add(n)
	return false
}

func giveDirs(n int64) { openDirs.Add(n) }

// within calls f with the directory name of d, which f has for itself. Where no more directories
// may stay open d is closed meanwhile, if it was given to an f itself.
func (d *dir) within(name string, f func(sub *dir) error) error {
	sub, err := d.sub(name)
	if err != nil {
		return err
	}
	defer sub.close()
	if takeDirs(1) {
		defer giveDirs(1)
	} else {
		sub.lone = true
	}
	if !d.lone {
		return f(sub)
	}
	if err := d.leave(); err != nil {
		return err
	}
	err = f(sub)
	if berr := d.back(sub); berr != nil {
		return berr
	}
	return err
}

// leave closes d until back opens it again.
func (d *dir) leave() error {
	if d.id == nil {
		id, err := root.OfDescriptor(d.fd)
		if err != nil {
			return err
		}
		d.id = &id
	}
	d.close()
	d.announced.Store(false)
	return nil
}

// back opens d again from a directory below, or if that is nil or was moved, from the root.
func (d *dir) back(below *dir) error {
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
	again, err := top.below(path.String())
	if err != nil {
		return fmt.Errorf("%w: %w", errMoved, err)
	}
	if !d.take(again.fd) {
		return errMoved
	}
	return nil
}

// take makes fd that of d, if it is open on the directory that d was, else closes it.
func (d *dir) take(fd int) bool {
	if now, err := root.OfDescriptor(fd); err != nil || !d.id.Still(now) {
		_ = unix.Close(fd)
		return false
	}
	d.fd = fd
	return true
}

// away tells whether d was not found again.
func (d *dir) away() bool { return d.fd < 0 }
