package monitortest

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFake(t *testing.T) {
	var m monitor.Monitor = NewFake()
	f := m.(*Fake)
	refuse := errors.New("refused")
	f.Err = func(r monitor.Root) error {
		if r.ID == 2 {
			return refuse
		}
		return nil
	}
	if err := m.Watch(t.Context(), monitor.Root{ID: 1, Path: "/a/"}); err != nil {
		t.Fatal(err)
	}
	if err := m.Watch(t.Context(), monitor.Root{ID: 2}); !errors.Is(err, refuse) {
		t.Errorf("watch: %v", err)
	}
	if r := f.Roots(); len(r) != 1 || r[0].Path != "/a/" {
		t.Errorf("roots %v", r)
	}
	f.Send(event.Event{Root: 1, Kind: event.Create, Path: "f"}, event.Event{Root: 1, Kind: event.Move, Path: "f", Dest: "g"})
	if got, want := Format(<-m.Events()), "Create f\nMove f -> g\n"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
	m.Unwatch(1)
	if r := f.Roots(); len(r) != 0 {
		t.Errorf("roots %v after Unwatch", r)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := <-m.Events(); ok {
		t.Error("events after close")
	}
	f.Send(event.Event{}) // must not block
	if err := m.Watch(t.Context(), monitor.Root{ID: 3}); err == nil {
		t.Error("watch after close: no error")
	}
}
