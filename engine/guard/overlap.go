package guard

import (
	"os"
	"path/filepath"
)

// Overlap tells whether a target and a source are in each other, and where.
type Overlap struct {
	Target                         string
	SourceInTarget, TargetInSource bool
	SourceRel, TargetRel           string // relative paths, with a slash at the end unless empty
}

// OverlapOf looks, which may take as long as a file system takes to answer.
func OverlapOf(source, target string) Overlap {
	o := Overlap{Target: target}
	o.SourceRel, o.SourceInTarget = Below(source, target)
	o.TargetRel, o.TargetInSource = Below(target, source)
	return o
}

// Below reports whether path is the directory dir or in it, whatever symbolic links and mounts lead there,
// and returns its path relative to dir, with a slash at its end unless empty. Neither has to exist.
func Below(path, dir string) (rel string, ok bool) {
	at := Resolved(path)
	dir = Resolved(dir)
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

// Resolved follows the symbolic links of that part of a path that exists.
func Resolved(path string) string {
	path = filepath.Clean(path)
	straight, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		return straight
	case path == filepath.Dir(path):
		return path
	}
	return filepath.Join(Resolved(filepath.Dir(path)), filepath.Base(path))
}
