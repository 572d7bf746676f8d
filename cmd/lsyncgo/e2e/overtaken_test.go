package e2e

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// §9: a directory goes away, and rsync is told so; before rsync looks itself, another one has the name.
// Rsync finds nothing to delete then, and what the target had below the old directory has to go with the next run.
func TestOvertakenDelete(t *testing.T) {
	eachRsync(t, func(t *testing.T, ps preset) {
		if ps.name == "direct" {
			return // what it looks at it acts on
		}
		p := newPlace(t)
		p.write("source/d/old/file", "old")
		// An rsync that waits once, with its list in hand.
		p.write("rsync", fmt.Sprintf(`#!/bin/sh
if [ -e '%[1]s/hold' ]; then
	cat >'%[1]s/list'
	rm '%[1]s/hold'
	read -r line <'%[1]s/fifo'
	exec '%[2]s' "$@" <'%[1]s/list'
fi
exec '%[2]s' "$@"
`, p.dir, ps.rsync.path))
		if err := os.Chmod(p.path("rsync"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(p.path("fifo"), 0o600); err != nil {
			t.Fatal(err)
		}
		ps.rsync.path = p.path("rsync")
		d := daemon(t, p.config(ps.config("")))
		p.same()
		d.logs("startup done")
		p.write("hold", "")
		p.rename("source/d", "gone")
		eventually(t, "rsync with its list", func() bool { return !p.exists("hold") })
		p.write("source/d/old/other", "new")
		d.logs("Create d/old/other")
		p.goOn("fifo")
		p.same()
		d.stop()
	})
}
