package mirror_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"lsyncgo/engine/mirror"
)

// §9: several files are copied at once, and not more than Workers says.
func TestWorkersAtOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		var busy, most atomic.Int32
		ctx := hooked{context.Background(), func() {
			n := busy.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			runtime.Gosched() // stay a while, for others to come
			busy.Add(-1)
		}}
		const rounds = 200 // of which one is enough, unless the machine is very busy
		for round := 0; round < rounds && (round == 0 || int(most.Load()) < workers); round++ {
			o := sides(t)
			o.Workers = workers
			for i := range 40 {
				put(t, fmt.Sprintf("%sd%d/f", o.Source, i), "content")
			}
			r, err := mirror.Tree(ctx, o, "")
			if err != nil || r.Copied != 40 {
				t.Fatalf("%v, %+v", err, r)
			}
			same(t, o)
		}
		if int(most.Load()) != workers {
			t.Errorf("%d at once with %d workers", most.Load(), workers)
		}
	}
}
