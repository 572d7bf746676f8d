package process

import (
	"os"
	"testing"
)

func descriptors(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

// TestDescriptors runs children of every kind of end and counts what stays open.
func TestDescriptors(t *testing.T) {
	closeRunner(t, NewRunner(Options{})) // the poller's own descriptors
	run(t, script("exit", "0"))
	before := descriptors(t)
	r := NewRunner(Options{})
	const rounds = 20
	for range rounds {
		fed := script("exit", "0")
		fed.Stdin = make([]byte, 1<<20)
		for i, c := range []*Command{script("exit", "0"), fed, {Binary: "no-such-binary"}, {Binary: "/"}} {
			r.Start(1, c)
			if x := next(t, r); i < 2 && x.Result.Code != 0 {
				t.Fatalf("got %+v", x)
			}
		}
	}
	closeRunner(t, r)
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}
