package process

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A poller that is closed while it hears of something ends. Each round may be the one.
func TestPollerCloses(t *testing.T) {
	for range 2000 {
		var p poller
		if err := p.start(); err != nil {
			t.Fatal(err)
		}
		r, w, err := p.output()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unix.Write(int(w), []byte("x")); err != nil {
			t.Fatal(err)
		}
		p.close()
		_ = w.Close()
		_ = r.Close()
	}
}
