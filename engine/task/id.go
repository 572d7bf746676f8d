package task

import "encoding/hex"

// ID identifies a task: a UUID.
type ID [16]byte

// IDOf makes an ID from 128 random bits: a UUID of version 4, RFC 9562.
func IDOf(hi, lo uint64) (id ID) {
	for i := range 8 {
		id[i] = byte(hi >> (56 - 8*i))
		id[8+i] = byte(lo >> (56 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// String returns the usual form, such as 6ba7b810-9dad-41d1-80b4-00c04fd430c8.
func (id ID) String() string {
	b := make([]byte, 36)
	at := 0
	for i, n := range []int{4, 2, 2, 2, 6} {
		if i > 0 {
			b[at] = '-'
			at++
		}
		hex.Encode(b[at:], id[:n])
		at += 2 * n
		copy(id[:], id[n:])
	}
	return string(b)
}
