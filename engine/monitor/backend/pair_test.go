package backend

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
	"lsyncgo/engine/monitor/poll"
	"lsyncgo/engine/monitor/pseudo"
)

// deaf is near where another host does everything: it hears of nothing.
type deaf struct {
	monitor.Monitor
	asked   chan string // for a listing of its own
	watches chan event.RootID
}

func (d *deaf) Watch(ctx context.Context, r monitor.Root) error {
	if r.Raw != nil {
		r.Raw, r.Name = nil, ""
	}
	err := d.Monitor.Watch(ctx, r)
	if err == nil {
		select {
		case d.watches <- r.ID:
		default:
		}
	}
	return err
}

func (d *deaf) Relist(id event.RootID, dir string, want monitor.Want) {
	if want.Hidden != nil && !want.Hidden("any") {
		select {
		case d.asked <- dir:
		default:
		}
	}
	d.Monitor.Relist(id, dir, want)
}

func openDeaf(t *testing.T) (*pair, *deaf) {
	t.Helper()
	near, err := pseudo.Open(monitor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	far, err := poll.Open(monitor.Options{RootInterval: quick.RootInterval, RescanInterval: quick.RescanInterval})
	if err != nil {
		t.Fatal(err)
	}
	d := &deaf{near, make(chan string, 100), make(chan event.RootID, 100)}
	return newPair(d, far, quick), d
}

// TestOtherHosts, §2: what only other hosts do is reported.
func TestOtherHosts(t *testing.T) {
	p, near := openDeaf(t)
	s := monitortest.NewSession(t, func(*testing.T) monitor.Monitor { return p })
	r := s.Root("root", monitor.Root{})
	if err := os.MkdirAll(r.Path+"d/e", 0o755); err != nil {
		t.Fatal(err)
	}
	s.Watch(r)
	for _, path := range []string{"f", "d/f", "d/e/f"} {
		if err := os.WriteFile(r.Path+path, []byte(path), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.Equal()
	if len(near.asked) != 0 {
		t.Errorf("near was asked to list %s", <-near.asked)
	}
	for _, dir := range []string{"d/new/below", "d/e/new", "d/e/other"} {
		if err := os.MkdirAll(r.Path+dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.Equal()
	var asked []string
	s.Until(func() string {
		return fmt.Sprintf("for a listing of the directory that has new ones; asked for %q", asked)
	}, func() bool {
		for len(near.asked) > 0 {
			asked = append(asked, <-near.asked)
		}
		return slices.Contains(asked, "d/")
	})
	if s.Has(event.Listed, "d/") {
		t.Error("the listing that the pair asked for was told")
	}
	s.Monitor.Relist(r.ID, "d/", monitor.Want{})
	s.Until(func() string { return "for Listed" }, func() bool { return s.Has(event.Listed, "d/") })
}

// TestMadeAnewByOthers: near watches the directory that another host has put in the place of the root.
func TestMadeAnewByOthers(t *testing.T) {
	p, near := openDeaf(t)
	s := monitortest.NewSession(t, func(*testing.T) monitor.Monitor { return p })
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	<-near.watches
	if err := os.RemoveAll(r.Path); err != nil {
		t.Fatal(err)
	}
	s.Until(func() string { return "for RootLost" }, func() bool { return s.Has(event.RootLost, "") })
	if err := os.Mkdir(r.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	s.Until(func() string { return "for RootBack" }, func() bool { return s.Has(event.RootBack, "") })
	if id := <-near.watches; id != r.ID {
		t.Errorf("near watches root %d", id)
	}
	if err := os.WriteFile(r.Path+"f", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.Equal()
}

// TestPresence: a root is lost once and back once, whoever says so first.
func TestPresence(t *testing.T) {
	p, _ := openDeaf(t)
	defer p.Close()
	const near, far = true, false
	for _, c := range []struct {
		name  string
		said  []event.Kind
		by    []bool
		wants string
	}{
		{"near first", []event.Kind{event.RootLost, event.RootLost, event.Create, event.RootBack, event.Create, event.RootBack, event.Create},
			[]bool{near, far, near, near, near, far, far}, "[RootLost RootBack Create]"},
		{"near alone", []event.Kind{event.RootLost, event.RootBack, event.RootLost}, []bool{near, near, far}, "[RootLost]"},
		{"far first", []event.Kind{event.RootLost, event.RootLost, event.RootBack, event.RootBack}, []bool{far, near, far, near}, "[RootLost RootBack]"},
		{"led elsewhere", []event.Kind{event.RootLost, event.RootElsewhere, event.RootElsewhere, event.RootBack, event.RootBack},
			[]bool{far, near, far, near, far}, "[RootLost RootElsewhere RootBack]"},
		{"what cannot be listed", []event.Kind{event.Unwatched, event.Unwatched}, []bool{near, far}, "[Unwatched]"},
	} {
		r := &pairedRoot{asked: map[string]int{}}
		var told []event.Kind
		for i, k := range c.said {
			e := event.Event{Kind: k}
			if k == event.RootElsewhere {
				e.Dest = "/there/"
			}
			if p.passes(r, &e, c.by[i]) {
				told = append(told, k)
			}
		}
		if got := fmt.Sprint(told); got != c.wants {
			t.Errorf("%s: told %s, want %s", c.name, got, c.wants)
		}
	}
}
