package fsat

import (
	"errors"
	"strings"
)

// ErrOutside refuses paths that are no paths below the root.
var ErrOutside = errors.New("refused: the path does not stay below the root")

// Segments splits a relative path; the root has none.
func Segments(path string) ([]string, error) {
	var out []string
	for s := range strings.SplitSeq(path, "/") {
		switch {
		case s == "":
		case s == "." || s == ".." || strings.IndexByte(s, 0) >= 0:
			return nil, ErrOutside
		default:
			out = append(out, s)
		}
	}
	return out, nil
}

// ParentCache remembers the directory opened last: ops come in runs of one directory.
// A rename never outdates it, since it opens the directories above both ends.
type ParentCache struct {
	Root *Dir
	rel  string
	dir  *Dir
}

// Parent returns the directory that holds path and the last segment. The
// directory stays open until the next call.
func (n *ParentCache) Parent(path []string) (*Dir, string, error) {
	last := len(path) - 1
	rel := strings.Join(path[:last], "/")
	if n.dir != nil && n.rel == rel {
		return n.dir, path[last], nil
	}
	n.Close()
	d, err := n.Root.OpenBelow(withSlash(rel))
	if err != nil {
		return nil, "", err
	}
	n.rel, n.dir = rel, d
	return d, path[last], nil
}

// Lstat looks at path.
func (n *ParentCache) Lstat(path []string) (Stat, error) {
	d, name, err := n.Parent(path)
	if err != nil {
		return Stat{}, err
	}
	return d.Lstat(name)
}

// Close closes what is open.
func (n *ParentCache) Close() {
	if n.dir != nil {
		n.dir.Close()
		n.dir = nil
	}
}

func withSlash(rel string) string {
	if rel == "" {
		return ""
	}
	return rel + "/"
}
