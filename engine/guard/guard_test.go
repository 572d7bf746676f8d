package guard_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/guard"
)

func TestStarted(t *testing.T) {
	for _, c := range []struct {
		name           string
		source, target []string // entries; nil: missing
		deletes        bool
		remote         bool
		held           bool
	}{
		{name: "both full", source: []string{"a"}, target: []string{"b"}, deletes: true},
		{name: "source empty", source: []string{}, target: []string{"b"}, deletes: true, held: true},
		{name: "only lost+found", source: []string{"lost+found"}, target: []string{"b"}, deletes: true, held: true},
		{name: "nothing is deleted", source: []string{}, target: []string{"b"}},
		{name: "target empty too", source: []string{}, target: []string{}, deletes: true},
		{name: "target missing", source: []string{}, deletes: true},
		{name: "remote target", source: []string{}, target: []string{"b"}, deletes: true, remote: true},
		{name: "source missing", target: []string{"b"}, deletes: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			source, target := fill(t, dir, "source", c.source), fill(t, dir, "target", c.target)
			if c.remote {
				target = "host:" + target
			}
			err := guard.New().Started(1, source, target, c.deletes)
			if (err != nil) != c.held {
				t.Errorf("held: %v, want %v", err, c.held)
			}
			if err != nil && !strings.Contains(err.Error(), source) {
				t.Errorf("%q does not name the source", err)
			}
		})
	}
}

func fill(t *testing.T, dir, name string, entries []string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if entries == nil {
		return path
	}
	for _, e := range append([]string{"."}, entries...) {
		if err := os.MkdirAll(filepath.Join(path, e), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestReturned(t *testing.T) {
	dir := t.TempDir()
	source, away := fill(t, dir, "source", []string{"a"}), filepath.Join(dir, "away")
	g := guard.New()
	if err := g.Returned(1, source); err != nil {
		t.Errorf("a source that was never seen is held: %v", err)
	}
	if err := g.Started(1, source, "", true); err != nil {
		t.Fatal(err)
	}
	rename := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	rename(source, away)
	rename(away, source)
	if err := g.Returned(1, source); err != nil {
		t.Errorf("the same directory is held: %v", err)
	}
	rename(source, away)
	fill(t, dir, "source", []string{})
	if err := g.Returned(1, source); err == nil {
		t.Error("another directory is not held")
	}
	if err := g.Returned(1, source); err != nil {
		t.Errorf("accepted once, it is held again: %v", err)
	}
}
