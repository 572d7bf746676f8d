package delay_test

import (
	"slices"
	"testing"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// TestNote: a delay keeps which files had its name whatever replaces it, until it has left.
func TestNote(t *testing.T) {
	q := delay.New(0)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	one, two := event.File{Device: 1, Inode: 1}, event.File{Device: 1, Inode: 2}
	q.Note("a", one) // nothing is queued
	q.Add(event.Modify, "a", "", false, at)
	for _, f := range []event.File{one, one, two} {
		q.Note("a", f)
	}
	q.Add(event.Delete, "a", "", false, at)
	first, second := q.Next(at), (*delay.Delay)(nil)
	if got := first.Files(); first.Kind != event.Delete || !slices.Equal(got, []event.File{one, two}) {
		t.Errorf("%v has %v", first.Kind, got)
	}
	q.Activate(first)
	q.Add(event.Modify, "a", "", false, at) // after the active one
	q.Note("a", two)
	q.Each(func(d *delay.Delay) bool { second = d; return true })
	if got := second.Files(); !slices.Equal(got, []event.File{two}) {
		t.Errorf("the second has %v", got)
	}
	for i := range 20 {
		q.Note("a", event.File{Device: 2, Inode: uint64(i)})
	}
	if got := second.Files(); len(got) > 8 {
		t.Errorf("%d files are remembered", len(got))
	}
	q.Remove(first)
	if got := first.Files(); got != nil {
		t.Errorf("a delay that left has %v", got)
	}
}

// TestNoteDivided: it keeps them when it has to stand behind the directory that a Move was taken apart for.
func TestNoteDivided(t *testing.T) {
	q := delay.New(0)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	file := event.File{Device: 1, Inode: 1}
	q.Add(event.Move, "a/", "b/", false, at)
	q.Add(event.Modify, "b/f", "", false, at)
	q.Note("b/f", file)
	q.Add(event.Create, "a/", "", false, at)
	w := q.Divide(q.Next(at), at)
	if w == nil {
		t.Fatal("the Move was not taken apart")
	}
	for one := 1; w.Do(&one); one = 1 {
	}
	var last *delay.Delay
	q.Each(func(d *delay.Delay) bool { last = d; return true })
	if last.Path() != "b/f" || !slices.Equal(last.Files(), []event.File{file}) {
		t.Errorf("%q has %v", last.Path(), last.Files())
	}
}
