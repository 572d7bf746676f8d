package filemanager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/user"
	"path"
	"runtime"
	"strconv"
	"strings"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/filerule"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/process"
)

// SystemIDs looks users and groups up on this machine.
var SystemIDs = filerule.IDs{
	User: func(name string) (uint32, error) {
		u, err := user.Lookup(name)
		if err != nil {
			return 0, fmt.Errorf("there is no user %q on this machine", name)
		}
		return number(u.Uid)
	},
	Group: func(name string) (uint32, error) {
		g, err := user.LookupGroup(name)
		if err != nil {
			return 0, fmt.Errorf("there is no group %q on this machine", name)
		}
		return number(g.Gid)
	},
}

func number(id string) (uint32, error) {
	n, err := strconv.ParseUint(id, 10, 32)
	return uint32(n), err
}

// Job is op of rules as work that runs beside the loop. It prints why it failed, one line for each reason, and what a file system
// cannot keep.
func Job(op filerule.Operation, rules *filerule.Rules) *process.Job {
	return job(op.Describe(), func(ctx context.Context, warn func(string, ...any)) error {
		if op.Dest.Tree == "/" { // RecoverJob may not have found what was left there
			dir := path.Dir(path.Clean(op.Dest.Path()))
			err := ofProcess.once([]string{dir}, func(trees []string) error {
				r := newRecovery(ctx, []*filerule.Rules{rules}, warn)
				r.flat = true
				return r.all(trees)
			})
			if err != nil {
				warn("clear up what an earlier process left in %s: %v", dir, err)
			}
		}
		return Run(ctx, op, warn)
	})
}

// RecoverJob is [Recover] as work that runs beside the loop. What this process has looked through before is left out.
func RecoverJob(rules []*filerule.Rules, watched []string) *process.Job {
	return job("recover interrupted moves and copies", func(ctx context.Context, warn func(string, ...any)) error {
		return ofProcess.once(searched(rules, watched), newRecovery(ctx, rules, warn).all)
	})
}

func job(name string, do func(context.Context, func(string, ...any)) error) *process.Job {
	return &process.Job{Name: name, Run: func(ctx context.Context, out io.Writer) int {
		err := do(ctx, func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) })
		if err == nil {
			return failure.OK
		}
		fmt.Fprintln(out, strings.ReplaceAll(err.Error(), "\n", "; "))
		switch {
		case ctx.Err() != nil:
			return failure.Cancelled
		case copier.Full(err):
			return failure.FileIO
		}
		return failure.Partial
	}}
}

// Run carries op out, and returns when it is done, has failed, or soon after ctx ended. The error begins with what was tried, and
// both paths. warn takes what a whole file system cannot keep, which is no failure; nil drops it.
func Run(ctx context.Context, op filerule.Operation, warn func(format string, args ...any)) error {
	if warn == nil {
		warn = func(string, ...any) {}
	}
	r := &run{ctx: ctx, op: op}
	r.Copier = copier.New(copier.Options{
		Owner: true, Perms: true, Times: true, Xattrs: true, Sparse: true, Fsync: true, Harmless: true,
		Stop: func() error { return context.Cause(ctx) }, Target: op.Dest.Tree, Warn: warn,
	})
	if err := r.do(); err != nil {
		return fmt.Errorf("%s: %w", op.Describe(), err)
	}
	return nil
}

// run is one operation that is carried out.
type run struct {
	*copier.Copier
	ctx context.Context
	op  filerule.Operation

	temp fsat.Inode // the directory that a copy is made in
	dev  uint64     // the file system that is copied from or deleted from
	// copied are the files of a tree whose copies were compared with them.
	copied map[fsat.Inode]version
}

// version tells a file that was not written since from one that was. What only got another attribute, such as a number of names, has
// the same.
type version struct {
	size  int64
	mtime fsat.Time
}

var errAsRoot = fmt.Errorf("refused as root: %s cannot hold what is worked on", runtime.GOOS)

func (r *run) do() error {
	if !fsat.CanPin && r.Privileged {
		return errAsRoot
	}
	if err := r.Stop(); err != nil {
		return err
	}
	src, name, err := openParent(r.op.Source, nil)
	if err != nil {
		return fmt.Errorf("open the directory of %s: %w", r.op.Source.Path(), err)
	}
	defer src.Close()
	s, err := src.Lstat(name)
	if err != nil {
		return fmt.Errorf("look at %s: %w", r.op.Source.Path(), err)
	}
	r.dev = s.Dev
	if r.op.Action == filerule.Delete {
		return r.delete(src, name, s)
	}
	var create *newDirectories
	if r.op.AutoCreate {
		create = r.newDirectories()
	}
	dst, toName, err := openParent(r.op.Dest, create)
	if errors.Is(err, fs.ErrNotExist) && !r.op.AutoCreate {
		return fmt.Errorf("open the directory of %s: %w; create it, or set auto_create = true", r.op.Dest.Path(), err)
	}
	if err != nil {
		return fmt.Errorf("open the directory of %s: %w", r.op.Dest.Path(), err)
	}
	defer dst.Close()
	t := transfer{run: r, src: src, name: name, s: s, toName: toName}
	if t.to, err = r.At(dst); err != nil {
		return fmt.Errorf("look at the directory of %s: %w", r.op.Dest.Path(), err)
	}
	if err := t.lookAhead(); err != nil {
		return err
	}
	if r.op.Action == filerule.Move {
		return t.move()
	}
	return t.copy()
}

// delete removes what the rule names.
func (r *run) delete(d *fsat.Dir, name string, s fsat.Stat) error {
	if s.Kind != fsat.Directory {
		return d.Unlink(name)
	}
	if !r.op.Rec {
		err := d.Rmdir(name)
		if err != nil && !fsat.IsGone(err) {
			return fmt.Errorf("%w; to delete a directory with what is in it set rec = true", err)
		}
		return err
	}
	return r.removeTree(d, name, s, nil)
}

// removeTree removes a directory and all below it. keep tells of a file that it stays; nil: none does.
func (r *run) removeTree(d *fsat.Dir, name string, s fsat.Stat, keep func(fsat.Stat) bool) error {
	var reasons []error
	kept := 0
	remover := fsat.Remover{
		Stop: func() bool { return r.Stop() != nil }, Look: true,
		Keep: func(path string, have fsat.Stat, _ bool) bool {
			switch {
			case have.Kind == fsat.Directory && have.Dev != s.Dev:
				reasons = append(reasons, fmt.Errorf("remove %s: another file system is mounted there", path))
				return true
			case keep != nil && have.Kind != fsat.Directory && keep(have):
				kept++
				return true
			}
			return false
		},
		Fail: func(path string, err error) {
			if len(reasons) < maxReasons {
				reasons = append(reasons, fmt.Errorf("remove %s: %w", path, err))
			}
		},
		Removed: func() {},
	}
	if remover.Remove(d, name, r.op.Source.Path(), s) {
		return nil
	}
	if err := r.Stop(); err != nil {
		return err
	}
	if kept > 0 {
		reasons = append(reasons, fmt.Errorf("%w: %d files stay where they were", errChangedSince, kept))
	}
	if len(reasons) == 0 {
		reasons = append(reasons, fmt.Errorf("remove %s: something new is in it", r.op.Source.Path()))
	}
	return errors.Join(reasons...)
}

// maxReasons bounds what is said about one tree.
const maxReasons = 20

var errChangedSince = errors.New("changed since it was copied")
