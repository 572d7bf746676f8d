package lua_test

import (
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// §2 log: -log Info and -log Debug tell how the presets send what changed, and why like this.
func TestPresetsExplain(t *testing.T) {
	stubs(t)
	for name, c := range map[string]struct {
		Keys        string
		info, debug []string
	}{
		"exact paths": {"", []string{"web: rsync gets the exact paths that changed"},
			[]string{"web: rsync is told 2 paths for 2 events, 1 of them gone from the source"}},
		"filter": {"rsync = { transfer = 'filter' }", []string{`looks through every directory in which something changes, as rsync.transfer is "filter"`}, nil},
		"hard links": {"rsync = { hard_links = true }", []string{"the exact paths", "web: one rsync runs at a time, as hard_links is set"},
			[]string{"told 2 paths"}},
		"own collect": {"collect = function() return 'ok' end", []string{"the whole directory for what is gone: a collect of your own", "web: one rsync runs at a time, as directories are compared"},
			[]string{"told 1 paths for 2 events, 0 of them gone"}},
		"large file": {"batchSizeLimit = 3", []string{"the exact paths"},
			[]string{"web: file is sent alone, as it is larger than batchSizeLimit", "told 1 paths for 1 events, 0 of them", "told 1 paths for 1 events, 1 of them"}},
		"alone": {"rsync = { hard_links = true }, batchSizeLimit = 3", []string{"the exact paths", "as hard_links is set"},
			[]string{"sent alone", "web: the next rsync waits for the one that runs", "told 1 paths for 1 events"}},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t).config("sync{ default.rsync, name = 'web', source = source, target = target, maxProcesses = 2, " + c.Keys + " }")
			st.file("source/file", "1234")
			st.start()
			st.work()
			st.exit(0)
			st.event(event.Create, "file")
			st.event(event.Delete, "gone")
			st.advance(15 * time.Second)
			for len(st.unseen) > 0 {
				st.parts() // has the list written
			}
			for _, text := range c.info {
				st.claim("Info", text)
			}
			for _, text := range c.debug {
				st.claim("Debug", text)
			}
			for _, text := range append(st.logged("Info"), st.logged("Debug")...) {
				if strings.Contains(text, "rsync") {
					t.Errorf("it also says %q", text)
				}
			}
		})
	}
}
