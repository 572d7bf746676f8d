package filemanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/filerule"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/root"
)

// note is what a move leaves beside its destination while it goes on. Names are bytes, which JSON keeps of byte slices only.
type note struct {
	Dest       []byte // the name that the copy gets
	Copy       fsat.Inode
	Tree, Rel  []byte // of the source
	Source     fsat.Inode
	Kind       fsat.Kind
	Size       int64
	Mtime      fsat.Time
	FormatName string
}

const noteFormat = "lsyncgo move 1"

// maxNote bounds what is read of a note: two paths of the greatest length, in base64.
const maxNote = 16 << 10

// writeNote writes the note of a move whose copy is whole, and returns its name.
func (t *transfer) writeNote(made fsat.Inode) (string, error) {
	text, err := json.Marshal(note{
		Dest: []byte(t.toName), Copy: made, Tree: []byte(t.op.Source.Tree), Rel: []byte(t.op.Source.Rel),
		Source: t.s.Inode, Kind: t.s.Kind, Size: t.s.Size, Mtime: t.s.Mtime, FormatName: noteFormat,
	})
	if err != nil {
		return "", err
	}
	name := t.to.Dst.TempName("move")
	out, err := t.to.Dst.Create(name, 0o600)
	if err != nil {
		return "", fmt.Errorf("create a note beside %s: %w", t.op.Dest.Path(), err)
	}
	err = out.WriteAt(text, 0)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = t.to.Dst.Unlink(name)
		return "", fmt.Errorf("write a note beside %s: %w", t.op.Dest.Path(), err)
	}
	return name, nil
}

// readNote reads a note, if name is one of this user's that nobody else can have written.
func readNote(d *fsat.Dir, name string) (note, bool) {
	f, err := d.Open(name)
	if err != nil {
		return note{}, false
	}
	defer func() { _ = f.Close() }()
	s, err := f.Stat()
	if err != nil || s.Kind != fsat.Regular || s.UID != uint32(os.Geteuid()) || s.Nlink != 1 || s.Perm != 0o600 || s.Size > maxNote {
		return note{}, false
	}
	text := make([]byte, s.Size)
	if _, err := f.ReadAt(text, 0); err != nil {
		return note{}, false
	}
	var n note
	if json.Unmarshal(text, &n) != nil || n.FormatName != noteFormat {
		return note{}, false
	}
	return n, true
}

// Recover looks through the destinations of rules for what a process left behind that was killed: copies that are not whole are
// removed, and a move whose copy was published is finished. Trees that a rule does not name ("/") are not searched.
// warn takes what was finished. The error tells what could not be.
func Recover(ctx context.Context, rules *filerule.Rules, warn func(format string, args ...any)) error {
	if !fsat.CanPin && fsat.Privileged() {
		return errAsRoot
	}
	sources, dests := rules.Trees()
	r := recovery{ctx: ctx, sources: sources, warn: warn}
	for _, tree := range dests {
		if tree == "/" || slices.ContainsFunc(dests, func(other string) bool { return other != tree && other != "/" && within(other, tree) }) {
			continue
		}
		top, err := root.Open(tree)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			var d *fsat.Dir
			d, err = fsat.OpenRoot(top)
			_ = top.Close()
			if err == nil {
				r.search(d, tree)
				d.Close()
			}
		}
		if err != nil {
			r.fail("open", tree, err)
		}
	}
	if ctx.Err() != nil {
		r.reasons = append(r.reasons, context.Cause(ctx))
	}
	return errors.Join(r.reasons...)
}

func within(tree, path string) bool { return len(path) > len(tree) && path[:len(tree)+1] == tree+"/" }

type recovery struct {
	ctx     context.Context
	sources []string
	warn    func(format string, args ...any)
	reasons []error
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
		if e.Kind != fsat.Directory {
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

// clear finishes moves before it removes what is left, by which it would forget them.
func (r *recovery) clear(d *fsat.Dir, path string, left []string) {
	for _, name := range left {
		n, ok := readNote(d, name)
		if !ok {
			continue
		}
		if err := r.finish(d, path, n); err != nil {
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

// finish removes the source of a move whose copy was published.
func (r *recovery) finish(d *fsat.Dir, path string, n note) error {
	if !slices.Contains(r.sources, string(n.Tree)) {
		return nil // of a rule that is no more
	}
	now, err := d.Lstat(string(n.Dest))
	if err != nil || now.Inode != n.Copy {
		return nil //nolint:nilerr // it was not published, and the source stays
	}
	op := filerule.Operation{Action: filerule.Move, Source: filerule.Place{Tree: string(n.Tree), Rel: string(n.Rel)}, Dest: filerule.Place{Tree: path, Rel: string(n.Dest)}}
	src, name, err := openParent(op.Source, nil)
	if fsat.IsGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer src.Close()
	s, err := src.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (s.Inode != n.Source || s.Kind != n.Kind) {
		return nil // it was removed, and what is there is new
	}
	if err != nil {
		return err
	}
	t := transfer{run: &run{ctx: r.ctx, op: op, dev: s.Dev, copied: make(map[fsat.Inode]version)}, src: src, name: name, s: s}
	t.run.Copier = copier.New(copier.Options{Stop: func() error { return context.Cause(r.ctx) }, Warn: r.warn})
	if s.Kind == fsat.Directory {
		t.compareLeft(src, name, d, string(n.Dest))
	} else if err := t.compare(src, name, op.Source.Path(), d, string(n.Dest)); err != nil {
		return err
	}
	if err := t.removeSource(); err != nil {
		return err
	}
	r.warn("%s: finished", op.Describe())
	return nil
}

// compareLeft remembers what is left of a directory and is in its copy.
func (r *run) compareLeft(from *fsat.Dir, name string, to *fsat.Dir, copied string) {
	_ = from.Within(name, func(a *fsat.Dir) error {
		return to.Within(copied, func(b *fsat.Dir) error {
			list, err := a.List()
			for _, e := range list {
				if s, err := a.Lstat(e.Name); err == nil && s.Kind == fsat.Directory {
					r.compareLeft(a, e.Name, b, e.Name)
				} else if err == nil {
					_ = r.compare(a, e.Name, name+"/"+e.Name, b, e.Name) // what differs stays, and is counted there
				}
			}
			return err
		})
	})
}
