package copier

import (
	"errors"
	"sync"

	"lsyncgo/engine/fsat"
)

// Feature is something that whole file systems lack.
type Feature string

const (
	Owning  Feature = "owners"
	Modes   Feature = "modes"
	Linking Feature = "hard links"
	pipes   Feature = "fifos"
	// ChangeTimes are those of the last change of an inode, which nobody can set.
	ChangeTimes Feature = "change times"
)

// lacking remembers what was asked of the target's file systems.
type lacking struct {
	mu    sync.Mutex // guards known, and is held while one is asked
	known map[lack]bool
}

type lack struct {
	dev uint64
	Feature
}

// Known tells whether the file system dev is known to lack f.
func (p *Place) Known(dev uint64, f Feature) bool {
	l := &p.lacking
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[lack{dev, f}]
}

// Lacks asks a file system once whether it can do at all what try does: with a file of our own, made for that in p.
// One that can refuses single entries only.
func (p *Place) Lacks(dev uint64, f Feature, try func(fsat.Pinned) error) bool {
	l := &p.lacking
	l.mu.Lock()
	defer l.mu.Unlock()
	key := lack{dev, f}
	if lacks, asked := l.known[key]; asked {
		return lacks
	}
	temp := p.Dst.TempName("probe")
	out, err := p.Dst.Create(temp, 0o600)
	if err != nil {
		return false
	}
	defer func() {
		_ = out.Close()
		_ = p.Dst.Unlink(temp)
	}()
	made, err := out.Stat()
	if err != nil || made.Dev != dev {
		return false
	}
	if err = try(out.Pin()); err == nil && f == Owning && p.Privileged && made.UID != p.UID {
		err = errors.ErrUnsupported // what we make is not ours
	}
	if l.known == nil {
		l.known = make(map[lack]bool)
	}
	l.known[key] = err != nil && Refused(err)
	if l.known[key] {
		p.Warn("target %s: %s cannot be kept: %v", p.Target, f, err)
	}
	return l.known[key]
}
