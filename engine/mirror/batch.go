package mirror

import (
	"sync"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// With Fsync, files keep their temporary names until their data is on the disk. One flush of the
// file system does that for many files, so they are named in batches of at most so many files,
// bytes, and directories, which stay open for it.
const (
	batchFiles  = 1000
	batchBytes  = 256 << 20
	batchPlaces = 64
)

// pendingFile is a file that is whole but for its name.
type pendingFile struct {
	p          *dirPair
	temp, name string
	have       fsat.Stat
}

// batch are the files that wait for the next flush.
type batch struct {
	mu     sync.Mutex // guards what follows
	list   []pendingFile
	bytes  int64
	places int

	flushing sync.Mutex // held while the files of a batch get their names
}

// commit gives a temporary file of that many bytes its name, with Fsync when its data is on the disk.
func (p *dirPair) commit(temp, name string, have fsat.Stat, size int64) error {
	if !p.m.o.Fsync || !fsat.SyncsAll {
		return p.put(temp, name, have)
	}
	p.pending.Add(1)
	b := &p.m.batch
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.list); n == 0 || b.list[n-1].p != p {
		b.places++
	}
	b.list = append(b.list, pendingFile{p, temp, name, have})
	b.bytes += size
	return nil
}

func (b *batch) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list) >= batchFiles || b.bytes >= batchBytes || b.places >= batchPlaces
}

// take empties the batch.
func (b *batch) take() []pendingFile {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list, b.bytes, b.places = nil, 0, 0
	return list
}

// flush puts on the disk what waits for it, and names it. When it returns nothing waits that did before.
func (m *mirror) flush() {
	if !m.o.Fsync {
		return
	}
	m.batch.flushing.Lock()
	defer m.batch.flushing.Unlock()
	flushed := map[uint64]error{} // by file system
	for _, u := range m.batch.take() {
		err, done := flushed[u.p.Dev]
		if !done {
			err = u.p.Dst.SyncFS()
			flushed[u.p.Dev] = err
		}
		u.commit(err)
	}
}

// commit gives u its name, unless its data could not be flushed.
func (u pendingFile) commit(err error) {
	p := u.p
	if err == nil {
		err = p.m.stop()
	}
	if err == nil {
		err = p.put(u.temp, u.name, u.have)
	}
	if err != nil {
		_ = p.Dst.Unlink(u.temp)
		p.lost(u.name, "write", copier.AtTarget(err))
	}
	p.release()
}

// flushRoot puts on the disk what a run has done, so that what is in step stays so.
func (m *mirror) flushRoot() {
	if !m.o.Fsync {
		return
	}
	if err := m.dst.SyncFS(); err != nil {
		m.fail("", "flush", copier.AtTarget(err))
	}
}

// flushMounted does so for the directory of p if it is on another file system than the one above.
func (p *dirPair) flushMounted() {
	if !p.m.o.Fsync || p.parent == nil || p.Dev == p.parent.Dev {
		return
	}
	if err := p.Dst.SyncFS(); err != nil {
		p.m.fail(p.rel, "flush", copier.AtTarget(err))
	}
}
