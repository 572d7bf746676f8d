package inotify

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// makeTree makes n directories, ten in each.
func makeTree(b *testing.B, n int) string {
	b.Helper()
	root := b.TempDir() + "/"
	dirs := []string{""}
	for i := 0; len(dirs) <= n; i++ {
		for k := range 10 {
			d := fmt.Sprintf("%sdirectory%d/", dirs[i], k)
			if err := os.Mkdir(root+d, 0o755); err != nil {
				b.Fatal(err)
			}
			if dirs = append(dirs, d); len(dirs) > n {
				break
			}
		}
	}
	return root
}

// BenchmarkStartup is the time until 100,000 directories are watched, and what they cost:
// heap, and growth of the resident memory of the process. Run it with -benchtime 1x, and
// for the resident memory with a tree of that size that is there already
// (MONITOR_BENCH_TREE, with a slash at the end), because making one needs memory too.
func BenchmarkStartup(b *testing.B) {
	const dirs = 100_000
	root := os.Getenv("MONITOR_BENCH_TREE")
	if root == "" {
		root = makeTree(b, dirs)
	}
	for b.Loop() {
		b.StopTimer()
		runtime.GC()
		heap, rss := memory(b)
		m, err := Open(monitor.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := m.Watch(b.Context(), monitor.Root{ID: 1, Path: root}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_, rss2 := memory(b)
		runtime.GC()
		heap2, _ := memory(b)
		b.ReportMetric(float64(heap2-heap)/dirs, "heap-B/dir")
		b.ReportMetric(float64(rss2-rss)/1e6, "RSS-MB")
		if err := m.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// memory is the live heap and the resident size, in bytes.
func memory(b *testing.B) (heap, rss int64) {
	b.Helper()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		b.Fatal(err)
	}
	return int64(s.HeapAlloc), pages * int64(os.Getpagesize())
}

// BenchmarkHandle is the cost of one kernel event from the raw bytes to the queue.
func BenchmarkHandle(b *testing.B) {
	m, err := Open(monitor.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	root := b.TempDir() + "/"
	deep := root + strings.Repeat("directory/", 8)
	if err := os.MkdirAll(deep, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := m.Watch(b.Context(), monitor.Root{ID: 1, Path: root}); err != nil {
		b.Fatal(err)
	}
	err = firstInstance(m).actor.Ask(b.Context(), func(_ context.Context, w *watcher) error {
		var h kernel.Event
		for wd, n := range w.nodes {
			if n.children == nil && n.parent != nil {
				h.Record = kernel.Record{WD: wd, Mask: 8, Name: "file.txt"} // IN_CLOSE_WRITE
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			w.handle(h)
			if len(w.out) == 1024 {
				w.out = w.out[:0]
			}
		}
		w.out = nil
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStorm is files written and reported, with what the kernel takes for it.
func BenchmarkStorm(b *testing.B) {
	for _, kind := range []string{"closed", "linked"} {
		b.Run(kind, func(b *testing.B) {
			m, err := Open(monitor.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			root := b.TempDir() + "/"
			if err := m.Watch(b.Context(), monitor.Root{ID: 1, Path: root}); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(root+"source", nil, 0o644); err != nil {
				b.Fatal(err)
			}
			last := make(chan struct{})
			go func() {
				for batch := range m.Events() {
					for _, e := range batch {
						if e.Kind == event.Create && e.Path == "last" {
							close(last)
						}
					}
				}
			}()
			for i := 0; b.Loop(); i++ {
				name := fmt.Sprintf("%sf%d", root, i)
				if kind == "closed" {
					err = os.WriteFile(name, nil, 0o644)
				} else { // no close tells that it is complete: each is probed
					err = os.Symlink("source", name)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			if err := os.WriteFile(root+"last", nil, 0o644); err != nil {
				b.Fatal(err)
			}
			<-last
		})
	}
}

// BenchmarkProbe is what it costs to learn whether a new file is complete.
func BenchmarkProbe(b *testing.B) {
	root := b.TempDir()
	if err := os.WriteFile(root+"/file", nil, 0o644); err != nil {
		b.Fatal(err)
	}
	w := &watcher{}
	e := entry{&node{name: root}, "file"}
	for b.Loop() {
		if w.probe(e) != idle {
			b.Fatal("not idle")
		}
	}
}

// BenchmarkDeep is the time that a chain of directories takes to be watched, for each of them.
func BenchmarkDeep(b *testing.B) {
	for _, levels := range []int{500, 1000, 2000, 4000} {
		b.Run(fmt.Sprint(levels), func(b *testing.B) {
			root := b.TempDir() + "/"
			at, err := os.OpenRoot(root)
			for range levels {
				if err == nil {
					err = at.Mkdir("d", 0o755)
				}
				if err != nil {
					b.Fatal(err)
				}
				next, nerr := at.OpenRoot("d")
				_ = at.Close()
				at, err = next, nerr
			}
			_ = at.Close()
			for b.Loop() {
				m, err := Open(monitor.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := m.Watch(b.Context(), monitor.Root{ID: 1, Path: root}); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := m.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*levels), "ns/dir")
		})
	}
}
