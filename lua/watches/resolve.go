package watches

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lsyncgo/engine/watch"
	"lsyncgo/lua/problem"
)

// Resolve completes the watches when the whole config has been loaded. Missing takes what is wrong with a path that may still appear.
func (w *Watches) Resolve(missing func(problem.Problem)) {
	for _, d := range w.list {
		w.resolve(d, missing)
		d.config.Digest = d.digest()
	}
}

// resolve looks for the paths of a watch.
func (w *Watches) resolve(d *definition, missing func(problem.Problem)) {
	c := &d.config
	for _, given := range d.paths {
		given = filepath.Clean(w.r.Anchored(given))
		list := expand(given)
		if len(list) == 0 {
			missing(problem.At(d.place, "", "make it, or correct the path", "watch: there is nothing at %q", given))
			list = []string{given}
		}
		for _, path := range list {
			if c.Excluded != nil && c.Excluded(path) {
				w.problem(d, "narrow the expression: it is searched for anywhere in the path, ^ and $ stand for its ends", "exclude_filter excludes %q, which is to be watched", path)
			}
			w.add(d, path)
		}
	}
}

// add has a path watched, unless another one of the watch is it, or is above it and watches what is below: events are told once.
func (w *Watches) add(d *definition, path string) {
	c := &d.config
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		resolved = path // it may still appear
	}
	within := func(p, of watch.Path) bool {
		return p.Resolved == of.Resolved || c.Subdirs && c.Excluded == nil && strings.HasPrefix(p.Resolved, strings.TrimSuffix(of.Resolved, "/")+"/")
	}
	p := watch.Path{Given: path, Resolved: resolved}
	if slices.ContainsFunc(c.Paths, func(of watch.Path) bool { return within(p, of) }) {
		return
	}
	c.Paths = append(slices.DeleteFunc(c.Paths, func(of watch.Path) bool { return within(of, p) }), p)
}

// expand returns the paths that a glob stands for, sorted; a path that exists stands for itself. As in a shell, names that begin with a dot
// have to be meant.
func expand(pattern string) []string {
	if _, err := os.Lstat(pattern); err == nil || !strings.ContainsAny(pattern, "*?[") {
		if err != nil {
			return nil
		}
		return []string{pattern}
	}
	list, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	parts := strings.Split(pattern, "/")
	return slices.DeleteFunc(list, func(path string) bool {
		for i, name := range strings.Split(path, "/") {
			if strings.HasPrefix(name, ".") && !strings.HasPrefix(parts[i], ".") {
				return true
			}
		}
		return false
	})
}
