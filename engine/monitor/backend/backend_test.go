package backend

import (
	"strings"
	"testing"

	"lsyncgo/engine/monitor"
)

func TestOpen(t *testing.T) {
	for _, name := range []string{"poll", "notify"} {
		m, err := Open(name, monitor.Options{})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if err := m.Close(); err != nil {
			t.Errorf("%q: close: %v", name, err)
		}
		if _, ok := <-m.Events(); ok {
			t.Errorf("%q: events after close", name)
		}
	}
}

func TestUnknown(t *testing.T) {
	_, err := Open("fswatch", monitor.Options{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, n := range append(Names(), Name{Name: "fswatch"}) {
		if !strings.Contains(err.Error(), n.Name) {
			t.Errorf("%q does not name %s", err, n.Name)
		}
	}
}

func TestNames(t *testing.T) {
	for _, n := range Names() {
		if n.Text == "" || strings.Contains(n.Text, "\n") {
			t.Errorf("%s: %q is not one line", n.Name, n.Text)
		}
	}
}
