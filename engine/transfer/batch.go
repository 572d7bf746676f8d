package transfer

import "sync"

// With Fsync, files keep their temporary names until their data is on the disk. One flush of the
// file system does that for many files, so they are named in batches of at most so many files,
// bytes, and directories, which stay open for it.
const (
	batchFiles  = 1000
	batchBytes  = 256 << 20
	batchPlaces = 64
)

// unnamed is a file that is whole but for its name.
type unnamed struct {
	p          *place
	temp, name string
	have       stat
}

// batch are the files that wait for the next flush.
type batch struct {
	mu     sync.Mutex // guards what follows
	list   []unnamed
	bytes  int64
	places int

	flushing sync.Mutex // held while the files of a batch get their names
}

// settle gives a temporary file of that many bytes its name, with Fsync when its data is on the disk.
func (p *place) settle(temp, name string, have stat, size int64) error {
	if !p.m.o.Fsync || !flushesAll {
		return p.put(temp, name, have)
	}
	p.pending.Add(1)
	b := &p.m.batch
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.list); n == 0 || b.list[n-1].p != p {
		b.places++
	}
	b.list = append(b.list, unnamed{p, temp, name, have})
	b.bytes += size
	return nil
}

func (b *batch) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list) >= batchFiles || b.bytes >= batchBytes || b.places >= batchPlaces
}

// take empties the batch.
func (b *batch) take() []unnamed {
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
		err, done := flushed[u.p.dev]
		if !done {
			err = u.p.dst.flush()
			flushed[u.p.dev] = err
		}
		u.settle(err)
	}
}

// settle gives u its name, unless its data could not be flushed.
func (u unnamed) settle(err error) {
	p := u.p
	if err == nil {
		err = p.m.stop()
	}
	if err == nil {
		err = p.put(u.temp, u.name, u.have)
	}
	if err != nil {
		_ = p.dst.unlink(u.temp)
		p.lost(u.name, "write", atTarget(err))
	}
	p.release()
}

// flushRoot puts on the disk what a run has done, so that what is in step stays so.
func (m *mirror) flushRoot() {
	if !m.o.Fsync {
		return
	}
	if err := m.dst.flush(); err != nil {
		m.fail("", "flush", atTarget(err))
	}
}

// flushMounted does so for the directory of p if it is on another file system than the one above.
func (p *place) flushMounted() {
	if !p.m.o.Fsync || p.up == nil || p.dev == p.up.dev {
		return
	}
	if err := p.dst.flush(); err != nil {
		p.m.fail(p.rel, "flush", atTarget(err))
	}
}
