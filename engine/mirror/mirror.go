package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/root"
)

// processors are those of the process when it starts: of what it uses later, while there is little to do, a run has more.
var processors = runtime.GOMAXPROCS(0)

// mirror is one run of Tree or Apply.
type mirror struct {
	tally
	*copier.Copier
	ctx context.Context
	o   Options

	src, dst     *fsat.Dir
	srcID, dstID fsat.Inode
	source       root.Identity

	verifying bool // nobody told what has changed since the target was written

	protection protection

	dirty dirtyNode
	links links
	batch batch

	tokens  chan struct{} // one for each goroutine beside the first
	workers sync.WaitGroup

	stopped atomic.Bool // a failure that everything else would meet, too

	occupied occupied

	logging sync.Mutex // serialises calls of Options.Log
}

// run opens the roots, lets plan say what is wanted and does it.
func run(ctx context.Context, o Options, plan func(*mirror)) (Report, error) {
	m := &mirror{ctx: ctx, o: o}
	if Unsafe() && !o.Unsafe {
		return Report{unreachable: true}, fmt.Errorf("mirror %s to %s: refused as root: %s cannot hold what is worked on", o.Source, o.Target, runtime.GOOS)
	}
	if err := m.open(); err != nil {
		return Report{unreachable: true}, err
	}
	defer m.close()
	plan(m)
	m.walk()
	if m.findOtherNames() {
		m.walk()
	}
	m.flushRoot()
	r := m.report()
	switch {
	case m.unreachable != nil:
		return r, fmt.Errorf("mirror %s to %s: %w", o.Source, o.Target, m.unreachable)
	case ctx.Err() != nil:
		r.cancelled = true
		return r, fmt.Errorf("mirror %s to %s: %w", o.Source, o.Target, context.Cause(ctx))
	}
	return r, nil
}

// want marks path; one that does not stay below the root is a failure.
func (m *mirror) want(path string, k dirtyFlags) {
	segs, err := fsat.Segments(path)
	if err != nil {
		m.fail(path, "find", err)
		return
	}
	m.dirty.at(segs).flags |= k
}

func (m *mirror) open() (err error) {
	if !filepath.IsAbs(m.o.Source) || !filepath.IsAbs(m.o.Target) {
		return fmt.Errorf("mirror %s to %s: both paths have to be absolute", m.o.Source, m.o.Target)
	}
	source, err := root.Open(m.o.Source)
	if err != nil {
		return fmt.Errorf("open source %s: %w", m.o.Source, err)
	}
	defer source.Close()
	target := m.o.TargetDir
	if target == nil {
		if target, err = root.Open(m.o.Target); err != nil {
			return fmt.Errorf("open target %s: %w; create the directory, or mount what belongs there", m.o.Target, err)
		}
		defer target.Close()
	}
	if m.src, err = fsat.OpenRoot(source); err != nil {
		return fmt.Errorf("open source %s: %w", m.o.Source, err)
	}
	if m.dst, err = fsat.OpenRoot(target); err != nil {
		m.src.Close()
		return fmt.Errorf("open target %s: %w", m.o.Target, err)
	}
	if err = m.identify(source, target); err != nil {
		m.close()
		return err
	}
	m.protect()
	if m.o.Workers <= 0 {
		m.o.Workers = min(4, 2*processors, max(fsat.MaxOpen()/32, 1))
	}
	m.tokens = make(chan struct{}, m.o.Workers-1)
	return nil
}

// identify learns who we are and what the roots are. A source inside the
// target would be taken for an extra and removed.
func (m *mirror) identify(source, target *os.File) error {
	inside, err := root.Holds(target, source)
	if err != nil {
		return fmt.Errorf("look above source %s: %w", m.o.Source, err)
	}
	if inside {
		return fmt.Errorf("mirror %s to %s: the target is or holds the source; choose a target beside it", m.o.Source, m.o.Target)
	}
	if m.source, err = root.Of(source); err != nil {
		return err
	}
	s, err := m.src.Stat()
	if err != nil {
		return fmt.Errorf("look at source %s: %w", m.o.Source, err)
	}
	t, err := m.dst.Stat()
	if err != nil {
		return fmt.Errorf("look at target %s: %w", m.o.Target, err)
	}
	m.srcID, m.dstID = s.Inode, t.Inode
	m.Copier = copier.New(copier.Options{
		Owner: m.o.Owner, Perms: m.o.Perms, Times: m.o.Times, Xattrs: m.o.Xattrs, Sparse: m.o.Sparse, Fsync: m.o.Fsync,
		Stop: m.stop, Target: m.o.Target, Warn: m.warn,
	})
	return nil
}

func (m *mirror) close() {
	m.src.Close()
	m.dst.Close()
}

// walk does what is marked. It returns when every worker has ended.
func (m *mirror) walk() {
	if m.dirty.flags == 0 && len(m.dirty.children) == 0 {
		return
	}
	top := &dirPair{m: m, src: m.src, Place: copier.Place{Copier: m.Copier, Dst: m.dst}, dirty: &m.dirty}
	top.whole = m.dirty.flags&whole != 0
	top.written = m.dirty.flags&written != 0
	if err := top.open(); err != nil {
		m.fail("", "open", err)
		return
	}
	top.pending.Store(1)
	top.descend()
	m.workers.Wait()
	m.flush()
}

// halted tells workers to come to an end.
func (m *mirror) halted() bool {
	if m.stopped.Load() {
		return true
	}
	select {
	case <-m.ctx.Done():
		return true
	default:
		return false
	}
}

// errHalted ends a piece of work whose reason is known already.
var errHalted = errors.New("stopped")

func (m *mirror) stop() error {
	if m.halted() {
		return errHalted
	}
	return nil
}

// fail records what became of path.
func (m *mirror) fail(path, verb string, err error) {
	if errors.Is(err, errHalted) {
		return
	}
	f := Failure{Path: path, Verb: verb, Err: err}
	m.add(f)
	if !copier.IsAtTarget(err) {
		return
	}
	switch {
	case broken(err):
		m.stopped.Store(true)
		m.lose(f)
	case copier.Full(err), errors.Is(err, syscall.EIO):
		m.lose(f)
	}
}

// sourceStill tells whether the source is what and where it was when the work
// began. Below a root that was unmounted or moved away everything looks gone.
func (m *mirror) sourceStill() bool {
	err := root.Here(m.o.Source, m.source)
	if err == nil {
		return true
	}
	m.lose(fmt.Errorf("source %s was lost: %w", m.o.Source, err))
	m.stopped.Store(true)
	return false
}

func (m *mirror) note(format string, args ...any) {
	if m.o.Log == nil {
		return
	}
	m.logging.Lock()
	defer m.logging.Unlock()
	m.o.Log(format, args...)
}

func (m *mirror) warn(format string, args ...any) {
	if m.o.Warn == nil {
		m.note(format, args...)
		return
	}
	m.logging.Lock()
	defer m.logging.Unlock()
	m.o.Warn(format, args...)
}
