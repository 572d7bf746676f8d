package mirror

import (
	"errors"
	"sync"

	"lsyncgo/engine/fsat"
)

// feature is something that whole file systems lack.
type feature string

const (
	owning  feature = "owners"
	modes   feature = "modes"
	linking feature = "hard links"
	pipes   feature = "fifos"
	// changeTimes are those of the last change of an inode, which nobody can set.
	changeTimes feature = "change times"
)

// lacking remembers what was asked of the target's file systems.
type lacking struct {
	mu    sync.Mutex // guards known, and is held while one is asked
	known map[lack]bool
}

type lack struct {
	dev uint64
	feature
}

// known tells whether the file system dev is known to lack f.
func (p *dirPair) known(dev uint64, f feature) bool {
	l := &p.m.lacking
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[lack{dev, f}]
}

// lacks asks a file system once whether it can do at all what try does: with a file of our own, made for that in p.
// One that can refuses single entries only.
func (p *dirPair) lacks(dev uint64, f feature, try func(fsat.Pinned) error) bool {
	l := &p.m.lacking
	l.mu.Lock()
	defer l.mu.Unlock()
	key := lack{dev, f}
	if lacks, asked := l.known[key]; asked {
		return lacks
	}
	temp := p.dst.TempName("probe")
	out, err := p.dst.Create(temp, 0o600)
	if err != nil {
		return false
	}
	defer func() {
		_ = out.Close()
		_ = p.dst.Unlink(temp)
	}()
	made, err := out.Stat()
	if err != nil || made.Dev != dev {
		return false
	}
	if err = try(out.Pin()); err == nil && f == owning && p.m.privileged && made.UID != p.m.uid {
		err = errors.ErrUnsupported // what we make is not ours
	}
	if l.known == nil {
		l.known = make(map[lack]bool)
	}
	l.known[key] = err != nil && refused(err)
	if l.known[key] {
		p.m.warn("target %s: %s cannot be kept: %v", p.m.o.Target, f, err)
	}
	return l.known[key]
}
