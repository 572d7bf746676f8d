package api

import (
	"slices"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/mount"
	"lsyncgo/engine/rsync"
)

// guardMounts tells the plan of a child what it must not delete.
func (s *Sync) guardMounts(p *plan) {
	p.root = s.StringKey("source")
	p.Spared, p.mounted = s.sync.Spared(), s.sync.Mounted()
	p.noticed = func(missing []string) {
		s.r.Post(func() {
			for _, path := range missing {
				s.sync.NoticeUnmounted(path)
			}
		})
	}
}

// protect returns options by which rsync deletes nothing where the source has something unmounted. It is called when the
// child is about to be started, before its list is written.
func (p *plan) protect() []string {
	if missing := mount.Missing(p.root, p.mounted); len(missing) > 0 {
		p.Spared = slices.Concat(p.Spared, missing)
		p.noticed(missing)
	}
	return rsync.ProtectOptions(p.Spared)
}

// getUnmounted is inlet.getUnmounted(): the mount points of the source where nothing is mounted any more, as
// paths that begin and end with a slash. Code that deletes at a target leaves them alone.
func (s *Sync) getUnmounted(L *glua.LState, _ func(int) glua.LValue) int {
	t := L.NewTable()
	for _, path := range s.running(L, "getUnmounted").Spared() {
		t.Append(glua.LString("/" + path))
	}
	L.Push(t)
	return 1
}
