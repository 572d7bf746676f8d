package process

import (
	"slices"
	"testing"
)

// FuzzLines: how output comes in pieces does not matter, nothing but line ends and
// what is over the bound is lost, and memory is bounded.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\nc"), uint(2))
	f.Add([]byte("\n\n\r"), uint(1))
	f.Add(slices.Repeat([]byte("long "), 2000), uint(7))
	f.Add([]byte("\xff\x00\nx"), uint(3))
	f.Fuzz(func(t *testing.T, data []byte, piece uint) {
		cut := func(piece int) (all, tail []string) {
			l := lines{keep: 3, emit: func(s string) { all = append(all, s) }}
			for p := range slices.Chunk(data, piece) {
				if n, err := l.Write(p); n != len(p) || err != nil {
					t.Fatal(n, err)
				}
			}
			l.end()
			return all, l.tail()
		}
		whole, tail := cut(max(1, len(data)))
		pieces, _ := cut(int(piece%1000) + 1)
		if !slices.Equal(whole, pieces) {
			t.Fatalf("whole %q, in pieces %q", whole, pieces)
		}
		if want := whole[max(0, len(whole)-3):]; !slices.Equal(tail, want) {
			t.Fatalf("tail %q, want %q", tail, want)
		}
		for _, s := range whole {
			if s == "" || len(s) > lineMax+len("...") {
				t.Fatalf("line of %d bytes", len(s))
			}
		}
	})
}
