package mirror_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/fsat/treetest"
	"lsyncgo/engine/mirror"
)

// grow makes files and, with a slash at the end, directories.
func grow(t *testing.T, root, paths string) {
	t.Helper()
	for _, path := range strings.Fields(paths) {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if strings.HasSuffix(path, "/") {
			err = os.MkdirAll(full, 0o755)
		} else {
			err = os.WriteFile(full, nil, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSurplus: what is counted is what the same options then remove.
func TestSurplus(t *testing.T) {
	for _, c := range []struct {
		name, source, target, sub string
		want                      int
	}{
		{name: "equal", source: "a d/b", target: "a d/b"},
		{name: "target empty", source: "a d/b"},
		{name: "files", source: "a", target: "a b c", want: 2},
		{name: "a directory with all below", target: "d/a d/e/f/g x", want: 6},
		{name: "below what both have", source: "d/e/", target: "d/e/f d/g", want: 2},
		{name: "a directory becomes a file", source: "d", target: "d/a d/b", want: 2},
		{name: "a file becomes a directory", source: "d/a", target: "d"},
		{name: "excluded", source: "a", target: "skip/a d/skip b", want: 2},
		{name: "part", source: "d/a", target: "d/a d/b c", sub: "d/", want: 1},
		{name: "part that is gone", target: "d/a d/b c", sub: "d/", want: 2},
		{name: "part that the target has not", source: "d/a", target: "c", sub: "d/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := defaults()
			o.Source, o.Target = t.TempDir(), t.TempDir()
			o.Excluded = func(path string) bool { return strings.Contains("/"+path, "/skip") }
			grow(t, o.Source, c.source)
			grow(t, o.Target, c.target)
			before := treetest.Equal(o.Source, o.Target, treetest.Options{})
			n, err := mirror.Surplus(t.Context(), o, c.sub)
			if err != nil || n != c.want {
				t.Errorf("%d, want %d (%v)", n, c.want, err)
			}
			if after := treetest.Equal(o.Source, o.Target, treetest.Options{}); len(after) != len(before) {
				t.Errorf("something was changed: %q, before %q", after, before)
			}
			if c.sub != "" || strings.Contains(c.name, "becomes") { // an entry replaced counts as removed there
				return
			}
			r, err := mirror.Tree(t.Context(), o, "")
			// What holds something excluded stays.
			if err != nil || int(r.Removed) > n || int(r.Removed) < n-strings.Count(c.target, "skip") {
				t.Errorf("counted %d, removed %d (%v)", n, r.Removed, err)
			}
		})
	}
}

func TestSurplusInVain(t *testing.T) {
	o := defaults()
	o.Source, o.Target = t.TempDir(), t.TempDir()+"/none"
	if _, err := mirror.Surplus(t.Context(), o, ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a target that is not there: %v", err)
	}
	o.Target = t.TempDir()
	grow(t, o.Target, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mirror.Surplus(ctx, o, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
