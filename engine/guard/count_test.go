package guard_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/guard"
)

func TestCount(t *testing.T) {
	source := fill(t, t.TempDir(), "source", []string{"a/b/c", "d", "skipped/x", "\xff\n$(id)"}) + "/"
	for name, path := range map[string]string{"dangling": "nowhere", "loop": source} {
		if err := os.Symlink(path, source+name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(source+"a/file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	excluded := func(path string) bool { return strings.HasPrefix(path, "skipped/") }
	n, err := guard.Count(t.Context(), source, false, excluded)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a/", "d/", "\xff\n$(id)/", "dangling", "loop"} {
		for left := n.Remove(path); left.Do(1); {
		}
	}
	want := []string{"a/", "d/", "dangling", "loop", "\xff\n$(id)/"}
	first := n.First(10)
	slices.Sort(first)
	if n.Known() != 8 || n.Lost() != 8 || !slices.Equal(first, want) {
		t.Errorf("lost %d of %d, %q", n.Lost(), n.Known(), first)
	}
	if n, err := guard.Count(t.Context(), source, true, nil); err != nil || n.Known() != 6 {
		t.Errorf("flat: %d (%v)", n.Known(), err)
	}
}

func TestCountInVain(t *testing.T) {
	if _, err := guard.Count(t.Context(), filepath.Join(t.TempDir(), "none")+"/", false, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a source that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := guard.Count(ctx, t.TempDir()+"/", false, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
