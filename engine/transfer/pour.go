package transfer

import "sync"

// bufferSize is also the size up to which a file is read and written at once:
// for less, asking the kernel to copy or to share blocks costs more than it saves.
const bufferSize = 256 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

func getBuffer() *[]byte  { return buffers.Get().(*[]byte) }
func putBuffer(b *[]byte) { buffers.Put(b) }

// pour copies the data of in, which has the size in s, to the empty file out.
func (m *mirror) pour(in, out file, s stat) error {
	if s.size <= bufferSize {
		return m.pourSmall(in, out, s.size)
	}
	if !m.noClone.Load() {
		if clone(in, out) {
			return nil
		}
		m.noClone.Store(true)
	}
	if !m.o.Sparse || s.blocks*512 >= s.size {
		return m.pourRange(in, out, 0, s.size)
	}
	if err := out.truncate(s.size); err != nil {
		return atTarget(err)
	}
	for off := int64(0); off < s.size; {
		from, to, ok, err := in.data(off, s.size)
		if err != nil {
			return m.pourRange(in, out, off, s.size)
		}
		if !ok {
			return nil
		}
		if err := m.pourRange(in, out, from, to); err != nil {
			return err
		}
		off = to
	}
	return nil
}

func (m *mirror) pourSmall(in, out file, size int64) error {
	if size == 0 {
		return nil
	}
	buf := getBuffer()
	defer putBuffer(buf)
	n, err := in.readAt((*buf)[:size], 0)
	if err != nil {
		return err
	}
	return atTarget(out.writeAt((*buf)[:n], 0))
}

// pourRange copies the bytes from off to end.
func (m *mirror) pourRange(in, out file, off, end int64) error {
	off, err := copyRange(in, out, off, end, m.stop)
	if err != nil || off >= end {
		return err
	}
	buf := getBuffer()
	defer putBuffer(buf)
	for off < end {
		if err := m.stop(); err != nil {
			return err
		}
		n, err := in.readAt((*buf)[:min(end-off, bufferSize)], off)
		if err != nil {
			return err
		}
		if n == 0 {
			return nil // it became shorter, which the check afterwards finds
		}
		if err := out.writeAt((*buf)[:n], off); err != nil {
			return atTarget(err)
		}
		off += int64(n)
	}
	return nil
}
