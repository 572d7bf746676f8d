package inotify

import (
	"golang.org/x/sys/unix"

	"lsyncgo/engine/descent"
)

// reach opens the directories of a walk, each from the one above it: a path from the root
// costs the kernel a step for each level, which is quadratic in deep trees. It is nil where the walk begins.
type reach struct {
	at   *descent.Cursor // in n; nil: paths lead to the rest
	n    *node
	lost bool // a directory was moved on the way up
}

// open opens the directory of k.
func (r *reach) open(t *tree, k *node) (int, error) {
	for r.at != nil && r.n != k.parent {
		if r.n == nil || r.at.Depth() == 0 || r.at.Up() != nil {
			r.close()
			r.lost = true
			break
		}
		r.n = r.n.parent
	}
	if r.at == nil {
		return t.open(k)
	}
	return r.at.Open(k.name)
}

// enter goes on from k, which is open at fd, and closes fd some time.
func (r *reach) enter(k *node, fd int) {
	switch {
	case r.lost:
		unix.Close(fd)
	case r.at == nil:
		r.at, r.n = descent.At(fd), k
	default:
		r.at.Enter(k.name, fd)
		r.n = k
	}
}

func (r *reach) close() {
	if r.at != nil {
		r.at.Close()
		r.at = nil
	}
}
