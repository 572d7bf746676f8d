package task_test

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/task"
)

// TestManyWaiting: a waiting task takes at most 400 bytes beside its path, and only the one that is due first is looked at. Many start
// in batches, the last ones to the moment. Tasks §3 Speed, load and faults.
func TestManyWaiting(t *testing.T) {
	const n = 200_000
	now := time.Unix(1e9, 0)
	ids := uint64(0)
	set := task.New(func() task.ID { ids++; return task.IDOf(1, ids) })
	s := set.Replace(now, []task.Config{{Name: "s", Files: true, Delay: time.Minute, Log: silent{}}}, 0)[0]
	before, paths := heap(), 0
	for i := range n {
		e := &event.Raw{Mask: event.InCloseWrite, Path: "/some/watched/directory", Name: "file " + strconv.Itoa(i)}
		paths += len(e.Pathname())
		s.Schedule(now.Add(time.Duration(i)), e)
	}
	each := (heap() - before - paths) / n
	t.Logf("%d bytes for a task", each)
	if each > 400 {
		t.Errorf("%d bytes for a waiting task", each)
	}
	if at, ok := set.Alarm(); !ok || !at.Equal(now.Add(time.Minute+10*time.Millisecond)) {
		t.Errorf("the alarm is at %v, %t", at, ok)
	}
	set.Due(now.Add(time.Minute+n), 1000)
	if started := len(set.Commands()); started != 1000 {
		t.Errorf("a slice of 1000 has started %d", started)
	}
	if waiting, running := set.Count(); waiting != n-1000 || running != 1000 {
		t.Errorf("%d wait, %d run", waiting, running)
	}
	last := now.Add(time.Minute + n - 1)
	set.Due(last.Add(-1), n)
	if at, ok := set.Alarm(); !ok || !at.Equal(last) {
		t.Errorf("the alarm of the last one is at %v, %t", at, ok)
	}
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// IDs are UUIDs of version 4: RFC 9562, 5.4. Tasks §1 Schedulers.
func TestID(t *testing.T) {
	for _, tt := range []struct {
		hi, lo uint64
		want   string
	}{
		{0, 0, "00000000-0000-4000-8000-000000000000"},
		{^uint64(0), ^uint64(0), "ffffffff-ffff-4fff-bfff-ffffffffffff"},
		{0x0123456789abcdef, 0x0123456789abcdef, "01234567-89ab-4def-8123-456789abcdef"},
	} {
		if got := task.IDOf(tt.hi, tt.lo).String(); got != tt.want {
			t.Errorf("%s, not %s", got, tt.want)
		}
	}
}
