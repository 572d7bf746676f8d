package delay

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTimerHeap checks the order in which items come up against a sorted list, with
// keys in any order and enough void items for trim to act.
func TestTimerHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a timerHeap
		valid := map[*Delay]int64{}
		var order []*Delay
		for _, key := range rapid.SliceOfN(rapid.Int64Range(0, 1000), 150, 300).Draw(t, "keys") {
			d := &Delay{alarm: instant(key)}
			valid[d] = key
			order = append(order, d)
			a.push(d)
		}
		order = rapid.Permutation(order).Draw(t, "order")
		for _, d := range order[:rapid.IntRange(0, len(order)).Draw(t, "void")] {
			d.turn++
			delete(valid, d)
			a.trim(len(valid))
		}
		if size := len(a.run) + len(a.heap); size > 2*len(valid)+64 {
			t.Fatalf("%d items for %d delays", size, len(valid))
		}
		want := make([]int64, 0, len(valid))
		for _, key := range valid {
			want = append(want, key)
		}
		slices.Sort(want)
		got := make([]int64, 0, len(valid))
		for d, key := a.peek(); d != nil; d, key = a.peek() {
			got = append(got, key)
			d.turn++
		}
		if !slices.Equal(got, want) {
			t.Fatalf("came up as %v, want %v", got, want)
		}
	})
}
