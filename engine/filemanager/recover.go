package filemanager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"lsyncgo/engine/filerule"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/root"
)

// Recover looks for what a process left behind that was killed: below the destinations of rules and, for those that can lead
// anywhere ("/", which is not searched), below the directories in watched, where files come from. Copies that are not whole are
// removed, a move whose copy was published is finished if a rule says so still, and a directory that made room gets its name
// back. warn takes what was finished. The error tells what could not be.
func Recover(ctx context.Context, rules []*filerule.Rules, watched []string, warn func(format string, args ...any)) error {
	return newRecovery(ctx, rules, warn).all(searched(rules, watched))
}

// searched are the trees to look through, of which none is in another one.
func searched(rules []*filerule.Rules, watched []string) (trees []string) {
	for _, r := range rules {
		trees = append(trees, r.Destinations()...)
	}
	if slices.Contains(trees, "/") {
		trees = append(trees, watched...)
	}
	slices.Sort(trees)
	trees = slices.DeleteFunc(slices.Compact(trees), func(tree string) bool { return tree == "/" })
	all := slices.Clone(trees)
	return slices.DeleteFunc(trees, func(tree string) bool {
		return slices.ContainsFunc(all, func(above string) bool { return strings.HasPrefix(tree, above+"/") })
	})
}

// past is what this process has looked through already: what is there now is its own, or of one that lives.
type past struct {
	mu    sync.Mutex // held during a recovery: one that finds nothing left to do must not be done before it is
	trees map[string]bool
}

// ofProcess is that of all configs, as the marks of temporary names are (package fsat).
var ofProcess = past{trees: map[string]bool{}}

// maxPast bounds what is remembered; afterwards directories are looked at once more.
const maxPast = 10_000

// once calls do with those of the trees that were not looked through before.
func (p *past) once(trees []string, do func(trees []string) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	trees = slices.DeleteFunc(slices.Clone(trees), func(tree string) bool { return p.trees[tree] })
	if len(trees) == 0 {
		return nil
	}
	err := do(trees)
	if len(p.trees) > maxPast {
		clear(p.trees)
	}
	for _, tree := range trees {
		p.trees[tree] = true
	}
	return err
}

type recovery struct {
	ctx     context.Context
	rules   []*filerule.Rules
	flat    bool // directories are not entered
	warn    func(format string, args ...any)
	reasons []error
}

func newRecovery(ctx context.Context, rules []*filerule.Rules, warn func(format string, args ...any)) *recovery {
	return &recovery{ctx: ctx, rules: rules, warn: warn}
}

// all looks through trees.
func (r *recovery) all(trees []string) error {
	if !fsat.CanPin && fsat.Privileged() {
		return errAsRoot
	}
	for _, tree := range trees {
		if err := r.tree(tree); err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.fail("open", tree, err)
		}
	}
	if r.ctx.Err() != nil {
		r.reasons = append(r.reasons, context.Cause(r.ctx))
	}
	return errors.Join(r.reasons...)
}

func (r *recovery) tree(tree string) error {
	top, err := root.Open(tree)
	if err != nil {
		return err
	}
	defer top.Close()
	d, err := fsat.OpenRoot(top)
	if err != nil {
		return err
	}
	defer d.Close()
	r.search(d, tree)
	return nil
}

func (r *recovery) fail(verb, path string, err error) {
	if len(r.reasons) < maxReasons {
		r.reasons = append(r.reasons, fmt.Errorf("%s %s: %w", verb, path, err))
	}
}

// search looks through the directory d, whose path is path.
func (r *recovery) search(d *fsat.Dir, path string) {
	list, err := d.List()
	if err != nil {
		r.fail("read", path, err)
		return
	}
	var left []string
	for _, e := range list {
		if r.ctx.Err() != nil || d.Lost() {
			return
		}
		if fsat.IsTemp(e.Name) {
			if have, err := d.Lstat(e.Name); err == nil && d.IsLeftover(e.Name, have) {
				left = append(left, e.Name)
			}
			continue
		}
		if e.Kind == fsat.Unknown {
			if have, err := d.Lstat(e.Name); err == nil {
				e.Kind = have.Kind
			}
		}
		if e.Kind != fsat.Directory || r.flat {
			continue
		}
		err := d.Within(e.Name, func(sub *fsat.Dir) error {
			r.search(sub, path+"/"+e.Name)
			return nil
		})
		if err != nil && !fsat.IsGone(err) {
			r.fail("read", path+"/"+e.Name, err)
		}
	}
	r.clear(d, path, left)
}

// clear finishes what was begun before it removes what is left, by which it would forget that.
func (r *recovery) clear(d *fsat.Dir, path string, left []string) {
	for _, name := range left {
		n, ok := readNote(d, name)
		if !ok {
			continue
		}
		var err error
		if len(n.Aside) > 0 {
			err = putBack(d, n, left)
		} else {
			err = r.finish(d, path, n)
		}
		if err != nil {
			r.fail("finish the move to", path+"/"+string(n.Dest), err)
		}
	}
	remover := fsat.Remover{Fail: func(path string, err error) { r.fail("remove", path, err) }, Removed: func() {}}
	for _, name := range left {
		if have, err := d.Lstat(name); err == nil {
			remover.Remove(d, name, path+"/"+name, have)
		}
	}
}

// putBack gives a directory its name back that made room for one that did not come.
func putBack(d *fsat.Dir, n note, left []string) error {
	if !slices.Contains(left, string(n.Aside)) {
		return nil
	}
	err := d.RenameNew(string(n.Aside), d, string(n.Dest))
	if errors.Is(err, fs.ErrExist) {
		return nil // the other one has come
	}
	return err
}

// operation is what a rule still makes of the source of a note in the directory dir; ok is false if it would not go where it went.
func (r *recovery) operation(n note, dir string) (op filerule.Operation, ok bool) {
	for _, rules := range r.rules {
		op, ok, err := rules.Match(string(n.SourcePath))
		if ok && err == nil && op.Action == filerule.Move && path.Clean(op.Dest.Path()) == path.Join(dir, string(n.Dest)) {
			return op, true
		}
	}
	return op, false
}
