package monitortest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// Model is a copy of a root made from events alone: each event is a reason to
// look at the paths it names, and at nothing else.
type Model struct {
	root  monitor.Root
	paths map[string]string // path to what it looked like
	// Lost is true between RootLost and RootBack.
	Lost bool
}

// NewModel takes what is there now. Call it after Watch has returned.
func NewModel(root monitor.Root) *Model {
	return &Model{root: root, paths: scan(root, "")}
}

// marks reports whether path is one of the files that end a step.
func marks(path string) bool { return strings.Contains(path, syncName) }

// scan lists what is below dir ("" or with a slash at the end) without what is excluded.
func scan(root monitor.Root, dir string) map[string]string {
	found := map[string]string{}
	base := root.Path + dir
	_ = filepath.WalkDir(filepath.Clean(base), func(p string, d fs.DirEntry, err error) error {
		path := strings.TrimPrefix(p+"/", base)
		if err != nil || path == "" { // gone again: an event tells
			return nil
		}
		isDir := d.IsDir()
		if !isDir {
			path = strings.TrimSuffix(path, "/")
		}
		path = dir + path
		if root.Excluded != nil && root.Excluded(path) || marks(path) {
			if isDir {
				return fs.SkipDir
			}
			return nil
		}
		if s, ok := look(root.Path + path); ok {
			found[path] = s
		}
		if isDir && root.Flat {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

// look describes what there is at path: everything whose change has to be reported.
func look(path string) (string, bool) {
	st, err := os.Lstat(strings.TrimSuffix(path, "/"))
	if err != nil || st.IsDir() != strings.HasSuffix(path, "/") {
		return "", false
	}
	if st.IsDir() {
		return st.Mode().String(), true
	}
	return fmt.Sprintf("%v %d %d", st.Mode(), st.Size(), st.ModTime().UnixNano()), true
}

// Apply works one event into the model.
func (m *Model) Apply(e event.Event) {
	if e.Root != m.root.ID || marks(e.Path) {
		return
	}
	switch e.Kind {
	case event.Move:
		m.move(e.Path, e.Dest)
	case event.Delete:
		m.remove(e.Path)
	case event.Overflow, event.RootBack:
		m.Lost = false
		m.remove(e.Path)
		if e.Path == "" {
			clear(m.paths)
		}
		m.look(e.Path, false, true)
		maps.Copy(m.paths, scan(m.root, e.Path))
	case event.RootLost, event.RootElsewhere:
		m.Lost = true
		clear(m.paths)
	case event.Unwatched, event.Mounted, event.Unmounted, event.Listed:
	case event.Create:
		m.look(e.Path, true, e.Tree)
	default:
		// A change may be told after the deletion it lost a race against.
		_, known := m.paths[e.Path]
		m.look(e.Path, known, e.Tree)
	}
}

// look takes what is at path. If nothing is and expected says that there was something, it is
// elsewhere by now or gone, and the event that says so is still to come.
func (m *Model) look(path string, expected, tree bool) {
	if path == "" {
		return
	}
	s, ok := look(m.root.Path + path)
	if !ok {
		if expected {
			m.paths[path] = ""
		}
		return
	}
	m.paths[path] = s
	if tree {
		for p, s := range scan(m.root, path) {
			m.paths[p] = s
		}
	}
}

func (m *Model) remove(path string) {
	if path == "" {
		return
	}
	delete(m.paths, path)
	if event.IsDir(path) {
		for p := range m.paths {
			if strings.HasPrefix(p, path) {
				delete(m.paths, p)
			}
		}
	}
}

func (m *Model) move(from, to string) {
	m.remove(to)
	if !event.IsDir(from) {
		delete(m.paths, from)
		m.look(to, true, false)
		return
	}
	var moved []string
	for p := range m.paths {
		if rest, ok := strings.CutPrefix(p, from); ok {
			moved = append(moved, to+rest)
			delete(m.paths, p)
		}
	}
	// When it was looked at under its old name, something else may have been there already.
	for _, p := range moved {
		m.look(p, true, false)
	}
	m.look(to, true, false)
}

// Diff says how the model differs from the tree; "" if it does not.
func (m *Model) Diff() string {
	if m.Lost {
		return "the root is lost"
	}
	var diff []string
	tree := scan(m.root, "")
	for p, s := range tree {
		if got, ok := m.paths[p]; !ok {
			diff = append(diff, fmt.Sprintf("never reported: %q", p))
		} else if got != s {
			diff = append(diff, fmt.Sprintf("last change not reported: %q is %s, was %s", p, s, got))
		}
	}
	for p := range m.paths {
		if _, ok := tree[p]; !ok {
			diff = append(diff, fmt.Sprintf("end not reported: %q", p))
		}
	}
	slices.Sort(diff)
	if len(diff) > 20 {
		diff = append(diff[:20], fmt.Sprintf("and %d more", len(diff)-20))
	}
	return strings.Join(diff, "\n")
}
