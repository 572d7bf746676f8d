package delay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// shapes are trees of files: the path of the i-th one.
var shapes = []struct {
	name string
	path func(i int) string
}{
	{"flat", func(i int) string { return fmt.Sprintf("file-%07d.dat", i) }},
	{"dirs", func(i int) string { return fmt.Sprintf("dir-%06d/file-%d.dat", i/10, i%10) }},
	{"deep", func(i int) string {
		return fmt.Sprintf("a/%d/%d/%d/%d/%d/%d/file-%d", i/1000000%10, i/100000%10, i/10000%10, i/1000%10, i/100%10, i/10%10, i%10)
	}},
}

var sizes = []int{1_000, 1_000_000}

// eachLoad runs f with a full queue of each shape and size.
func eachLoad(b *testing.B, f func(b *testing.B, l load)) {
	for _, shape := range shapes {
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/%d", shape.name, size), func(b *testing.B) {
				b.ReportAllocs()
				f(b, newLoad(shape.path, size))
			})
		}
	}
}

// load is a queue with many delays, and names for some more.
type load struct {
	q     *Queue
	paths []string
	fresh []string
}

func newLoad(path func(int) string, size int) load {
	l := load{q: New(1000)}
	for i := range size {
		l.paths = append(l.paths, path(i))
		l.add(l.paths[i])
	}
	for i := range size / 10 {
		l.fresh = append(l.fresh, path(size+i))
	}
	runtime.GC()
	return l
}

func (l load) add(path string) {
	l.q.seq++ // as if time went on
	l.q.Add(event.Modify, path, "", false, start.Add(time.Duration(l.q.seq)))
}

// newest returns the n newest delays, oldest first.
func (l load) newest(n int) []*Delay {
	var list []*Delay
	l.q.Each(func(d *Delay) bool {
		list = append(list, d)
		return true
	})
	return list[len(list)-n:]
}

func BenchmarkAdd(b *testing.B) {
	eachLoad(b, func(b *testing.B, l load) {
		for i := 0; b.Loop(); i++ {
			if n := i % len(l.fresh); n == 0 && i > 0 {
				b.StopTimer()
				for _, d := range l.newest(len(l.fresh)) {
					l.q.Remove(d)
				}
				b.StartTimer()
			}
			l.add(l.fresh[i%len(l.fresh)])
		}
	})
}

func BenchmarkCombine(b *testing.B) {
	for _, order := range []string{"order", "random"} {
		b.Run(order, func(b *testing.B) {
			eachLoad(b, func(b *testing.B, l load) {
				if order == "random" {
					rand.Shuffle(len(l.paths), func(i, j int) { l.paths[i], l.paths[j] = l.paths[j], l.paths[i] })
				}
				for i, p := range l.paths { // a monitor's paths are fresh, too
					l.paths[i] = strings.Clone(p)
				}
				for i := 0; b.Loop(); i++ {
					l.add(l.paths[i%len(l.paths)])
				}
			})
		})
	}
}

func BenchmarkRemove(b *testing.B) {
	for _, order := range []string{"order", "random"} {
		b.Run(order, func(b *testing.B) {
			eachLoad(b, func(b *testing.B, l load) { benchmarkRemove(b, l, order == "random") })
		})
	}
}

func benchmarkRemove(b *testing.B, l load, random bool) {
	var victims []*Delay
	for b.Loop() {
		if len(victims) == 0 {
			b.StopTimer()
			victims = refill(l, random)
			b.StartTimer()
		}
		l.q.Remove(victims[len(victims)-1])
		victims = victims[:len(victims)-1]
	}
}

// refill brings the queue back to its size and returns a tenth of it to remove,
// the last one first: the oldest, or a random choice.
func refill(l load, random bool) []*Delay {
	for _, p := range l.paths {
		if l.q.Len() < len(l.paths) {
			l.add(p)
		}
	}
	list := make([]*Delay, 0, l.q.Len())
	l.q.Each(func(d *Delay) bool {
		list = append(list, d)
		return random || len(list) < cap(list)/10
	})
	if random {
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list[:len(list)/10]
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// BenchmarkServe is the whole life of a delay in a queue of constant length.
func BenchmarkServe(b *testing.B) {
	eachLoad(b, func(b *testing.B, l load) {
		now := start
		for b.Loop() {
			now = now.Add(time.Second)
			d := l.q.Next(now)
			l.q.Activate(d)
			l.q.Remove(d)
			l.add(d.Path())
		}
	})
}

// BenchmarkCollect takes all of a queue into a list and puts it back.
func BenchmarkCollect(b *testing.B) {
	eachLoad(b, func(b *testing.B, l load) {
		n := 0
		for b.Loop() {
			list, _ := l.q.Collect(start, 0, math.MaxInt, nil)
			for _, d := range list {
				l.q.Activate(d)
			}
			for _, d := range list {
				l.q.Retry(d, start)
			}
			n += len(list)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/delay")
	})
}

// BenchmarkMemory reports what a pending delay takes beyond its path, with and without
// a limit that is exceeded.
func BenchmarkMemory(b *testing.B) {
	const size = 1_000_000
	for _, shape := range shapes {
		for _, limit := range []int{0, 1000} {
			b.Run(fmt.Sprintf("%s/limit=%d", shape.name, limit), func(b *testing.B) {
				l := load{}
				for i := range size {
					l.paths = append(l.paths, shape.path(i))
				}
				for b.Loop() {
					before := heap()
					l.q = New(limit)
					for _, p := range l.paths {
						l.add(p)
					}
					b.ReportMetric(float64(heap()-before)/size, "B/delay")
					runtime.KeepAlive(l.q)
					l.q = nil
				}
			})
		}
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
