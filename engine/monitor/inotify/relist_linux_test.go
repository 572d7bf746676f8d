package inotify

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// TestRelistOvertakes: a relisting looks at directories of whose change the kernel has told, but nobody has read it yet. What it finds
// under a name may be another directory than the tree knows there, and the events to come may not tell of all that was in the old one.
func TestRelistOvertakes(t *testing.T) {
	for name, change := range map[string]func(rename func(flags uint, from, to string)){
		// Of which the kernel tells as of a name that went away and came back.
		"exchanged with one that was renamed then": func(rename func(uint, string, string)) {
			rename(unix.RENAME_EXCHANGE, "root/d/a", "root/d/b")
			rename(0, "root/d/b", "root/d/c")
		},
		"exchanged with an excluded one": func(rename func(uint, string, string)) {
			rename(unix.RENAME_EXCHANGE, "root/d/a", "root/x-is")
			rename(0, "root/x-is", "root/x-was")
		},
		"exchanged with one outside": func(rename func(uint, string, string)) {
			rename(unix.RENAME_EXCHANGE, "root/d/a", "out")
		},
		"replaced by an excluded one": func(rename func(uint, string, string)) {
			rename(0, "root/d/a", "root/x-was")
			rename(0, "root/x-is", "root/d/a")
		},
		"replaced by another": func(rename func(uint, string, string)) {
			rename(0, "root/d/a", "out/b")
			rename(0, "root/d/b", "root/d/a")
		},
		"empty and overwritten": func(rename func(uint, string, string)) {
			rename(0, "root/d/b", "root/d/empty")
		},
		"moved with the directory above it": func(rename func(uint, string, string)) {
			rename(0, "root/d", "root/x-is/d")
			rename(0, "out", "root/d")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := monitortest.NewSession(t, open)
			r := s.Root("root", monitor.Root{ID: 1, Excluded: func(path string) bool { return strings.HasPrefix(path, "x") }})
			for _, dir := range []string{"root/d/a/was", "root/d/b/other", "root/d/empty", "root/x-is/new", "out/a/outside"} {
				check(t, os.MkdirAll(s.Dir+dir, 0o755))
				write(t, s.Dir+dir+"/f")
			}
			check(t, os.Remove(s.Dir+"root/d/empty/f"))
			s.Watch(r)
			within(t, s.Monitor, func(w *watcher) {
				change(func(flags uint, from, to string) {
					if err := unix.Renameat2(unix.AT_FDCWD, s.Dir+from, unix.AT_FDCWD, s.Dir+to, flags); err != nil {
						t.Errorf("rename %s to %s: %v", from, to, err)
					}
				})
				w.relist(r.ID, "", monitor.Want{Hidden: func(string) bool { return false }})
			})
			s.Equal()
			write(t, r.Path+"d/f") // the directories that are there are watched
			s.Equal()
		})
	}
}
