package inventory_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"lsyncgo/engine/inventory"
)

// build counts files entries, perDir in each directory, and returns how many
// entries there are and the bytes of their names.
func build(files, perDir int) (n *inventory.Inventory, entries, names int) {
	n = inventory.New()
	for i := range files / perDir {
		name := fmt.Sprintf("directory-%d", i)
		d := n.Put(n.Top(), name, true)
		names += len(name)
		for j := range perDir {
			name := fmt.Sprintf("file-%d-%d.txt", i, j)
			n.Put(d, name, false)
			names += len(name)
		}
		entries += perDir + 1
	}
	return n, entries, names
}

// heap is what an inventory holds, in bytes an entry beyond the bytes of its name.
func heap(files, perDir int) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, entries, names := build(files, perDir)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(n)
	return float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)-int64(names)) / float64(entries)
}

// TestMemory: millions of entries are normal.
func TestMemory(t *testing.T) {
	const most = 150
	for _, perDir := range []int{5, 20, 1000} {
		if got := heap(100_000, perDir); got > most {
			t.Errorf("%d files in a directory: %.0f bytes an entry beyond its name, want at most %d", perDir, got, most)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	for _, perDir := range []int{5, 20, 1000} {
		b.Run(fmt.Sprintf("%d-in-a-directory", perDir), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(heap(200_000, perDir), "B/entry")
			}
		})
	}
}

// BenchmarkRemove is what a flood of a million deletes costs, each.
func BenchmarkRemove(b *testing.B) {
	const files, perDir = 1_000_000, 100
	n, _, _ := build(files, perDir)
	now := time.Now()
	n.Advance(now, now)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := i % files
		path := fmt.Sprintf("directory-%d/file-%d-%d.txt", k/perDir, k/perDir, k%perDir)
		finish(n.Remove(path))
		n.Advance(now, now)
	}
}

// BenchmarkChurn is a file that comes and goes.
func BenchmarkChurn(b *testing.B) {
	n, _, _ := build(100_000, 100)
	now := time.Now()
	n.Advance(now, now)
	b.ReportAllocs()
	for b.Loop() {
		n.Add("directory-7/new")
		finish(n.Remove("directory-7/new"))
	}
}
