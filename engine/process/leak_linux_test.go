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

// TestDrainEnds drains what never runs dry.
func TestDrainEnds(t *testing.T) {
	zero, err := os.Open("/dev/zero")
	if err != nil {
		t.Fatal(err)
	}
	defer zero.Close()
	newStream(&polled{fd: int(zero.Fd())}, nil, 1, 0, nil).drain(make([]byte, 32<<10))
}
