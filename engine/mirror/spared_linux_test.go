//go:build linux && !portable

package mirror_test

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// §9: what was a mount point when the work was given out, and is none when it is done, is kept.
func TestUnmountedMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		unmounted, removed bool
		op                 string
	}{
		"mounted":                       {op: ""},
		"unmounted, tree":               {unmounted: true, op: ""},
		"unmounted, its mount point":    {unmounted: true, op: "delete a/sub/"},
		"unmounted, in it":              {unmounted: true, op: "delete a/sub/f"},
		"unmounted and removed, tree":   {unmounted: true, removed: true, op: ""},
		"unmounted and removed, delete": {unmounted: true, removed: true, op: "delete a/"},
	} {
		t.Run(name, func(t *testing.T) {
			needRoot(t)
			o := sides(t)
			grow(t, o.Source, "a/sub/")
			grow(t, o.Target, "a/sub/f")
			check(t, unix.Mount("tmpfs", o.Source+"a/sub", "tmpfs", 0, ""))
			unmount := func() { check(t, unix.Unmount(o.Source+"a/sub", 0)) }
			o.Mounted = []string{"a/sub/"}
			if !c.unmounted {
				defer unmount()
			} else {
				unmount()
			}
			if c.removed {
				check(t, os.RemoveAll(o.Source+"a"))
			}
			if c.op == "" {
				treeAlone(t, o)
			} else {
				apply(t, o, ops(c.op))
			}
			if exists(o.Target+"a/sub/f") != c.unmounted {
				t.Errorf("the file is there: %v", !c.unmounted)
			}
		})
	}
}
