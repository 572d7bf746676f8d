//go:build linux && !portable

package mirror_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/mirror"
)

// fill makes files of about 150 bytes, 1000 to a directory, and returns the ops that tell of them.
func fill(b *testing.B, source string, files int) []mirror.Op {
	b.Helper()
	data := make([]byte, 200)
	var ops []mirror.Op
	for i := range files {
		d := fmt.Sprintf("d%d/", i/1000)
		if i%1000 == 0 {
			if err := os.Mkdir(source+d, 0o755); err != nil {
				b.Fatal(err)
			}
			ops = append(ops, mirror.Op{Kind: event.Create, Path: d})
		}
		path := fmt.Sprintf("%sf%d", d, i)
		if err := os.WriteFile(source+path, data[:100+i%100], 0o644); err != nil {
			b.Fatal(err)
		}
		ops = append(ops, mirror.Op{Kind: event.Create, Path: path}, mirror.Op{Kind: event.Modify, Path: path})
	}
	return ops
}

// BenchmarkApply copies 20,000 new small files that a batch tells of.
func BenchmarkApply(b *testing.B) {
	o := sides(b)
	ops := fill(b, o.Source, 20_000)
	top := o.Target
	// Targets stay until the end: ext4 makes new files slowly where files were
	// just removed, since it does not reuse their inodes for some seconds.
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		o.Target = fmt.Sprintf("%s%d/", top, i)
		if err := os.Mkdir(o.Target, 0o755); err != nil {
			b.Fatal(err)
		}
		before := cpuTime()
		b.StartTimer()
		r, err := mirror.Apply(context.Background(), o, ops)
		if err != nil || r.Copied != 20_000 || r.ExitCode() != 0 {
			b.Fatalf("%v, %+v", err, r)
		}
		b.ReportMetric((cpuTime() - before).Seconds(), "cpu-s/op")
	}
}

// BenchmarkTreeEqual compares 100,000 files of which none differs.
func BenchmarkTreeEqual(b *testing.B) {
	o := sides(b)
	fill(b, o.Source, 100_000)
	if _, err := mirror.Tree(context.Background(), o, ""); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		before := cpuTime()
		r, err := mirror.Tree(context.Background(), o, "")
		if err != nil || r.Copied != 0 {
			b.Fatalf("%v, %+v", err, r)
		}
		b.ReportMetric((cpuTime() - before).Seconds(), "cpu-s/op")
	}
}
