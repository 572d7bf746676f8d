package mirror

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"lsyncgo/engine/fsat"
)

// protection is where nothing may be removed from the target: what the source had there is only out of sight.
type protection struct {
	// dirs are relative to the roots, with a slash at the end; nil if there are none. A worker that finds out that
	// something was unmounted puts a longer list there.
	dirs   atomic.Pointer[[]string]
	longer sync.Mutex // held to do so
	points map[string]bool
}

// protect reads the options. It looks at all mount points once, for work that does not go through them.
func (m *mirror) protect() {
	for _, rel := range m.o.Spared {
		m.spare(rel)
	}
	if len(m.o.Mounted) == 0 {
		return
	}
	m.protection.points = make(map[string]bool, len(m.o.Mounted))
	for _, rel := range m.o.Mounted {
		m.protection.points[rel] = true
		d, err := m.src.OpenBelow(rel)
		switch {
		case err == nil:
			m.entered(d, rel)
			d.Close()
		case fsat.IsGone(err):
			m.spare(rel)
		}
	}
}

// entered is called with each directory of the source that is opened. A mount point that is none any more
// is the directory below the mount, which never had what the target has.
func (m *mirror) entered(d *fsat.Dir, rel string) {
	if m.protection.points[rel] {
		if is, known := d.IsMount(); known && !is {
			m.spare(rel)
		}
	}
}

// missed is called with each path that the source does not have. No mount point is deleted while
// something is mounted there.
func (m *mirror) missed(path string) {
	for point := range m.protection.points {
		if strings.HasPrefix(point, path+"/") {
			m.spare(point)
		}
	}
}

func (m *mirror) spare(rel string) {
	m.protection.longer.Lock()
	defer m.protection.longer.Unlock()
	var dirs []string
	if now := m.protection.dirs.Load(); now != nil {
		dirs = *now
	}
	if !slices.Contains(dirs, rel) {
		dirs = append(slices.Clone(dirs), rel)
		m.protection.dirs.Store(&dirs)
	}
}

// keeps reports whether path may not be removed from the target.
func (m *mirror) keeps(path string, k fsat.Kind) bool {
	if m.protection.dirs.Load() == nil {
		return false
	}
	if k == fsat.Directory {
		path += "/"
	}
	return m.protected(func(dir string) bool { return strings.HasPrefix(path, dir) })
}

// holds reports whether something below the directory path may not be removed.
func (m *mirror) holds(path string) bool {
	return m.protected(func(dir string) bool { return strings.HasPrefix(dir, path+"/") })
}

func (m *mirror) protected(by func(dir string) bool) bool {
	dirs := m.protection.dirs.Load()
	return dirs != nil && slices.ContainsFunc(*dirs, by)
}
