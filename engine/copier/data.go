package copier

import (
	"sync"

	"lsyncgo/engine/fsat"
)

// bufferSize is also the size up to which a file is read and written at once:
// for less, asking the kernel to copy or to share blocks costs more than it saves.
const bufferSize = 256 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

func getBuffer() *[]byte  { return buffers.Get().(*[]byte) }
func putBuffer(b *[]byte) { buffers.Put(b) }

// data copies the data of in, which has the size in s, to the empty file out.
func (c *Copier) data(in, out fsat.File, s fsat.Stat) error {
	if s.Size <= bufferSize {
		return c.copySmall(in, out, s.Size)
	}
	if !c.noClone.Load() {
		if fsat.Clone(in, out) {
			return nil
		}
		c.noClone.Store(true)
	}
	if !c.Sparse || s.Blocks*512 >= s.Size {
		return c.copyRange(in, out, 0, s.Size)
	}
	if err := out.Truncate(s.Size); err != nil {
		return AtTarget(err)
	}
	for off := int64(0); off < s.Size; {
		from, to, ok, err := in.NextData(off, s.Size)
		if err != nil {
			return c.copyRange(in, out, off, s.Size)
		}
		if !ok {
			return nil
		}
		if err := c.copyRange(in, out, from, to); err != nil {
			return err
		}
		off = to
	}
	return nil
}

func (c *Copier) copySmall(in, out fsat.File, size int64) error {
	if size == 0 {
		return nil
	}
	buf := getBuffer()
	defer putBuffer(buf)
	n, err := in.ReadAt((*buf)[:size], 0)
	if err != nil {
		return err
	}
	return AtTarget(out.WriteAt((*buf)[:n], 0))
}

// copyRange copies the bytes from off to end.
func (c *Copier) copyRange(in, out fsat.File, off, end int64) error {
	off, err := fsat.CopyRange(in, out, off, end, c.Stop)
	if err != nil || off >= end {
		return err
	}
	buf := getBuffer()
	defer putBuffer(buf)
	for off < end {
		if err := c.Stop(); err != nil {
			return err
		}
		n, err := in.ReadAt((*buf)[:min(end-off, bufferSize)], off)
		if err != nil {
			return err
		}
		if n == 0 {
			return nil // it became shorter, which the check afterwards finds
		}
		if err := out.WriteAt((*buf)[:n], off); err != nil {
			return AtTarget(err)
		}
		off += int64(n)
	}
	return nil
}
