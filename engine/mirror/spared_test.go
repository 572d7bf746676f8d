package mirror_test

import (
	"context"
	"os"
	"testing"

	"lsyncgo/engine/mirror"
)

// spared is a target that has more than the source, some of it in a directory where nothing may be deleted.
func spared(t *testing.T) mirror.Options {
	t.Helper()
	o := sides(t)
	grow(t, o.Source, "x")
	grow(t, o.Target, "x a/sub/d/f a/sub/g a/subway/f a/other b")
	o.Spared = []string{"a/sub/", "none/at/all/"}
	return o
}

// §9: nothing is deleted where the source has something unmounted, whatever asks for it.
func TestSpared(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(t *testing.T, o mirror.Options)
		gone []string
	}{
		"tree": {func(t *testing.T, o mirror.Options) { treeOf(t, o) }, []string{"a/subway", "a/other", "b"}},
		"tree with the mount point": {func(t *testing.T, o mirror.Options) {
			grow(t, o.Source, "a/sub/")
			treeOf(t, o)
		}, []string{"a/subway", "a/other", "b"}},
		"delete it":              {func(t *testing.T, o mirror.Options) { apply(t, o, ops("delete a/sub/")) }, nil},
		"delete in it":           {func(t *testing.T, o mirror.Options) { apply(t, o, ops("delete a/sub/g", "delete a/sub/d/f")) }, nil},
		"delete above it":        {func(t *testing.T, o mirror.Options) { apply(t, o, ops("delete a/")) }, []string{"a/subway", "a/other"}},
		"delete beside it":       {func(t *testing.T, o mirror.Options) { apply(t, o, ops("delete a/subway/")) }, []string{"a/subway"}},
		"a directory renamed to": {func(t *testing.T, o mirror.Options) { moveOver(t, o, "a/sub/") }, []string{"b"}},
		"one renamed to above":   {func(t *testing.T, o mirror.Options) { moveOver(t, o, "a/") }, []string{"b", "a/other", "a/subway"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := spared(t)
			c.do(t, o)
			for _, path := range []string{"a/sub/d/f", "a/sub/g"} {
				if !exists(o.Target + path) {
					t.Errorf("%s was deleted", path)
				}
			}
			for _, path := range c.gone {
				if exists(o.Target + path) {
					t.Errorf("%s is still there", path)
				}
			}
		})
	}
}

// treeOf brings the whole into step and demands that it was counted right before.
func treeOf(t *testing.T, o mirror.Options) {
	t.Helper()
	n, err := mirror.Surplus(t.Context(), o, "")
	check(t, err)
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != mirror.ExitOK || int(r.Removed) != n || n != 4 {
		t.Errorf("Tree: %v, %+v; counted %d", err, r, n)
	}
}

// moveOver renames the directory b to where the target has something to be kept.
func moveOver(t *testing.T, o mirror.Options, to string) {
	t.Helper()
	check(t, os.Remove(o.Target+"b"))
	grow(t, o.Target, "b/new")
	grow(t, o.Source, to+"new")
	apply(t, o, ops("move b/ > "+to))
	if !exists(o.Target + to + "new") {
		t.Error("what was renamed has not arrived")
	}
}

// TestSparedReplaced: what has the place of a directory that is kept is a failure, and the directory stays.
func TestSparedReplaced(t *testing.T) {
	for _, path := range []string{"a", "a/sub"} {
		o := spared(t)
		grow(t, o.Source, path)
		r, err := mirror.Tree(context.Background(), o, "")
		if err != nil || r.ExitCode() != mirror.ExitPartial || !exists(o.Target+"a/sub/d/f") || exists(o.Target+"b") {
			t.Errorf("%s: %v, %+v", path, err, r)
		}
		check(t, os.Remove(o.Source+path))
		check(t, os.Symlink("x", o.Source+path))
		r, err = mirror.Apply(context.Background(), o, ops("create "+path))
		if err != nil || r.ExitCode() != mirror.ExitPartial || !exists(o.Target+"a/sub/d/f") {
			t.Errorf("link %s: %v, %+v", path, err, r)
		}
	}
}

// treeAlone brings the whole into step, save for what is kept.
func treeAlone(t *testing.T, o mirror.Options) {
	t.Helper()
	if r, err := mirror.Tree(context.Background(), o, ""); err != nil || r.ExitCode() != mirror.ExitOK {
		t.Fatalf("Tree: %v, %+v", err, r)
	}
}
