package process

import (
	"bytes"
	"io"
	"testing"
)

// Short input is in the pipe, with its end, before there is a child.
func TestPrime(t *testing.T) {
	for size, whole := range map[int]bool{1: true, primed: true, primed + 1: false} {
		c := &Command{Binary: "true", Stdin: bytes.Repeat([]byte("x"), size)}
		var b poller
		p := &child{}
		ends, err := p.connect(&b, c, &Options{}, func(string, bool) {})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.prime(c); err != nil {
			t.Fatal(err)
		}
		if whole != (p.stdin == nil) {
			t.Errorf("%d bytes: primed %v, want %v", size, p.stdin == nil, whole)
		}
		if whole {
			if got, err := io.ReadAll(fileOf(ends.stdin)); err != nil || !bytes.Equal(got, c.Stdin) {
				t.Errorf("%d bytes: the child would read %d, %v", size, len(got), err)
			}
		}
		closeAll(p.theirs)
		closeAll(p.ours)
		b.close()
	}
}
