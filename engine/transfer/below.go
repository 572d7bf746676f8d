package transfer

import "strings"

// nearby remembers the directory opened last: ops come in runs of one directory.
// A rename never outdates it, since it opens the directories above both ends.
type nearby struct {
	root *dir
	rel  string
	dir  *dir
}

// parent returns the directory that holds path and the last segment. The
// directory stays open until the next call.
func (n *nearby) parent(path []string) (*dir, string, error) {
	last := len(path) - 1
	rel := strings.Join(path[:last], "/")
	if n.dir != nil && n.rel == rel {
		return n.dir, path[last], nil
	}
	n.forget()
	d, err := n.root.below(withSlash(rel))
	if err != nil {
		return nil, "", err
	}
	n.rel, n.dir = rel, d
	return d, path[last], nil
}

// lstat looks at path.
func (n *nearby) lstat(path []string) (stat, error) {
	d, name, err := n.parent(path)
	if err != nil {
		return stat{}, err
	}
	return d.lstat(name)
}

// forget closes what is open.
func (n *nearby) forget() {
	if n.dir != nil {
		n.dir.close()
		n.dir = nil
	}
}

func withSlash(rel string) string {
	if rel == "" {
		return ""
	}
	return rel + "/"
}
