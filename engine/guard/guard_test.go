package guard_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"lsyncgo/engine/guard"
	"lsyncgo/engine/root"
)

// §9: what is looked at before a source is trusted.
func TestLook(t *testing.T) {
	for _, c := range []struct {
		name           string
		source, target []string // entries; nil: missing
		remote         bool
		empty, full    bool
	}{
		{name: "both full", source: []string{"a"}, target: []string{"b"}, full: true},
		{name: "source empty", source: []string{}, target: []string{"b"}, empty: true, full: true},
		{name: "only lost+found", source: []string{"lost+found"}, target: []string{"lost+found"}, empty: true},
		{name: "target empty too", source: []string{}, target: []string{}, empty: true},
		{name: "target missing", source: []string{}, empty: true},
		{name: "remote target", source: []string{}, target: []string{"b"}, remote: true, empty: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			source, target := fill(t, dir, "source", c.source), fill(t, dir, "target", c.target)
			if c.remote {
				target = "host:" + target
			}
			seen := guard.Look(source+"/", target)
			is, err := root.Is(source)
			if err != nil || seen.Err != nil || seen.Source != is || is.Zero() {
				t.Errorf("%+v (%v), want %s", seen, err, is)
			}
			if seen.Empty != c.empty || seen.TargetFull != c.full {
				t.Errorf("empty %v, full %v", seen.Empty, seen.TargetFull)
			}
		})
	}
	if seen := guard.Look(filepath.Join(t.TempDir(), "none"), ""); !errors.Is(seen.Err, fs.ErrNotExist) {
		t.Errorf("a source that is not there: %+v", seen)
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
