package lua

import (
	"os"
	"path/filepath"
)

// overlap tells whether a target and a source are in each other, and where.
type overlap struct {
	target                     string
	sourceInTarget, targetInIt bool
	sourceRel, targetRel       string // relative paths, with a slash at the end unless empty
}

// overlapOf looks, which may take as long as a file system takes to answer.
func overlapOf(source, target string) overlap {
	o := overlap{target: target}
	o.sourceRel, o.sourceInTarget = below(source, target)
	o.targetRel, o.targetInIt = below(target, source)
	return o
}

// below reports whether path is the directory dir or in it, whatever symbolic links and mounts lead there,
// and returns its path relative to dir, with a slash at its end unless empty. Neither has to exist.
func below(path, dir string) (rel string, ok bool) {
	at := resolved(path)
	dir = resolved(dir)
	info, err := os.Stat(dir)
	for rel = ""; ; at = filepath.Dir(at) {
		now, nowErr := os.Stat(at)
		if at == dir || err == nil && nowErr == nil && os.SameFile(now, info) {
			return rel, true
		}
		if at == filepath.Dir(at) {
			return "", false
		}
		rel = filepath.Base(at) + "/" + rel
	}
}

// resolved follows the symbolic links of that part of a path that exists.
func resolved(path string) string {
	path = filepath.Clean(path)
	straight, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		return straight
	case path == filepath.Dir(path):
		return path
	}
	return filepath.Join(resolved(filepath.Dir(path)), filepath.Base(path))
}
