package rsync

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/fsat"
	"lsyncgo/engine/root"
)

// QuickCheck says how rsync will decide that a file needs no data, and what may be wrong with that: a file of the
// same size and time is taken for the same one, though it may hold something else (tar and cp -p set times, two files
// of one tick of the clock change names), and it gets the owner of the source's, though it may be a stranger's,
// who has put it there to be given it.
type QuickCheck struct {
	// Owner: rsync sets owners at a target on this machine. Files of others are sent anew.
	Owner bool
	// WantedOwner is who is to own everything there; nil: its owner in the source.
	WantedOwner *uint32
	// Changed: files known to have other data than before are sent anew, too.
	Changed bool
	// Since is when the last transfer to a target that is not on this machine ended: it cannot have a file whose time is later.
	Since time.Time
	// Follow: rsync sends what symbolic links lead to.
	Follow bool
	// Window is the difference of times that counts as none. AnyTime: times do not count.
	Window  time.Duration
	AnyTime bool
}

// tick is more than file systems' clocks lag behind.
const tick = 20 * time.Millisecond

// Anew looks at the source, and says which paths rsync has to send with --ignore-times, before the whole list
// or, if all is true, instead of a run without it. The list is in the form that Write writes.
func (p *Plan) Anew(ctx context.Context) (list []string, all bool, sum Summary, err error) {
	p.looked = nil
	if p.Quick == nil {
		return nil, false, Summary{}, nil
	}
	s, lines, err := p.look(ctx)
	if err != nil {
		return nil, false, Summary{}, err
	}
	a := &anew{survey: s, several: make(map[fsat.Inode]bool)}
	err = a.compare()
	switch {
	case err != nil:
		return nil, false, Summary{}, fmt.Errorf("plan %s: %w", p.Source, err)
	case len(a.list) == 0:
		p.looked = &looked{s, lines} // was just seen
		return nil, false, s.sum, nil
	case !a.rest:
		return lines, true, s.sum, nil
	}
	a.addNames()
	slices.Sort(a.list)
	return slices.Compact(a.list), false, s.sum, nil
}

// WriteList writes a list of Anew as Write would.
func WriteList(ctx context.Context, w io.Writer, list []string) error {
	return write(ctx, w, list)
}

// anew is the search for what has to be sent anew.
type anew struct {
	*survey
	list           []string            // as lines
	rest           bool                // something is listed that need not be sent anew if it looks the same
	trees          []string            // of list, those that stand for all that is below them
	several        map[fsat.Inode]bool // of list, those with several names
	src, dst       *fsat.Dir           // the directory at, on both sides; nil: not there
	source, target *fsat.Dir           // source and target; far is nil without a target on this machine
	at             string
}

func (a *anew) compare() error {
	var err error
	if a.source, err = openTop(a.Source); err != nil {
		return err
	}
	defer a.source.Close()
	if a.Target != "" {
		// A target that is not there yet has nothing that looks the same.
		if a.target, err = openTop(a.Target); err != nil {
			return nil //nolint:nilerr // rsync will tell
		}
		defer a.target.Close()
	}
	defer a.leave()
	a.at = "/" // no directory's name
	for _, path := range slices.Sorted(maps.Keys(a.listed)) {
		switch {
		case a.ctx.Err() != nil:
			return context.Cause(a.ctx)
		case a.listed[path]: // missing
		case strings.HasSuffix(path, "/"):
			a.entries(strings.TrimPrefix(path, "/"), a.changed[path])
		case !a.covered(path) || a.target == nil && a.changed[path]:
			a.enter(parent(path))
			a.file(path[len(parent(path)):], a.changed[path], false)
		}
	}
	return nil
}

// openTop opens a source or a target.
func openTop(path string) (*fsat.Dir, error) {
	top, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	defer top.Close()
	return fsat.OpenRoot(top)
}

// enter opens the directory rel on both sides.
func (a *anew) enter(rel string) {
	if rel == a.at {
		return
	}
	a.leave()
	a.at = rel
	// What cannot be opened has nothing in it, or is rsync's to complain about.
	a.src, _ = a.source.OpenBelow(rel)
	if a.target != nil {
		a.dst, _ = a.target.OpenBelow(rel)
	}
}

func (a *anew) leave() {
	for _, d := range []*fsat.Dir{a.src, a.dst} {
		if d != nil {
			d.Close()
		}
	}
	a.src, a.dst = nil, nil
}

// entries looks at what is listed with the directory rel, "" or with a slash at its end.
func (a *anew) entries(rel string, changed bool) {
	if a.target == nil {
		// What came with a directory is not looked at one by one.
		if changed && a.Quick.Changed {
			a.list, a.trees = append(a.list, "./"+rel), append(a.trees, rel)
		}
		a.rest = a.rest || !changed
		return
	}
	a.rest = true
	a.enter(rel)
	if a.src == nil || a.dst == nil || !a.Quick.Owner && !a.Quick.Changed {
		return
	}
	names, _ := a.src.List() // rsync reads it, too, and tells why it cannot
	for _, e := range names {
		if (e.Kind == fsat.Regular || e.Kind == fsat.Unknown || e.Kind == fsat.Symlink && a.Quick.Follow) && !a.excluded(rel+e.Name) {
			a.file(e.Name, changed || a.changed[rel+e.Name], true)
		}
	}
	a.leave()
	a.at = "/" // it was read to its end
}

// file looks at one file in the directory where a is. Along tells that it is listed with that only.
func (a *anew) file(name string, changed, along bool) {
	if a.src == nil {
		return
	}
	if a.target != nil {
		a.rest = a.rest || !along && !changed
		a.fileHere(name, changed)
		return
	}
	have, err := a.see(name, changed)
	if err != nil || have.Kind != fsat.Regular {
		return
	}
	if !along && !changed {
		a.rest = true
	}
	if changed && a.Quick.Changed && a.dubious(have) {
		a.send(name, have)
	}
}

// fileHere is file for a target on this machine, which is looked at first: of what is new there is nothing.
func (a *anew) fileHere(name string, changed bool) {
	if a.dst == nil {
		return
	}
	there, err := a.dst.Lstat(name)
	if err != nil || there.Kind != fsat.Regular && !a.Quick.Follow {
		return
	}
	have, err := a.see(name, changed)
	if err != nil || have.Kind != fsat.Regular || !a.Quick.alike(have, there) {
		return
	}
	if changed && a.Quick.Changed || a.Quick.Owner && there.UID != a.Quick.owner(have) {
		a.send(name, have)
	}
}

// see looks at what rsync sends of a file. A link to a directory that it follows is sent anew as a whole.
func (a *anew) see(name string, changed bool) (fsat.Stat, error) {
	have, err := a.src.Lstat(name)
	if err != nil || have.Kind != fsat.Symlink || !a.Quick.Follow {
		return have, err
	}
	info, err := os.Stat(a.Source + a.at + name)
	switch {
	case err != nil:
		return fsat.Stat{}, err
	case info.IsDir() && changed && a.Quick.Changed:
		a.list = append(a.list, "./"+a.at+name+"/")
		return fsat.Stat{}, nil
	}
	followed := fsat.StatOf(info)
	followed.Ctime = have.Ctime // the link's own, which was changed if it leads elsewhere
	return followed, nil
}

func (a *anew) send(name string, have fsat.Stat) {
	a.list = append(a.list, "./"+a.at+name)
	if a.HardLinks && have.Nlink > 1 {
		a.several[have.Inode] = true
	}
}

// addNames adds the other names of what is sent anew. rsync makes a new file of it, and gives that the names
// only that it is told in the same run; the old file would keep the others.
func (a *anew) addNames() {
	if !a.HardLinks {
		return
	}
	unknown := false
	for id := range a.several {
		unknown = unknown || !a.wants(id)
		a.links.add(id)
	}
	if unknown { // they are in a directory that is listed with all it holds
		a.siblings()
	}
	for id, names := range a.names {
		if a.several[id] || slices.ContainsFunc(names, a.inTree) {
			for _, name := range names {
				a.list = append(a.list, "./"+name)
			}
		}
	}
}

func (a *anew) inTree(name string) bool {
	return slices.ContainsFunc(a.trees, func(tree string) bool { return strings.HasPrefix(name, tree) })
}

// dubious reports whether another file of the same time may be at a target that cannot be looked at.
func (a *anew) dubious(have fsat.Stat) bool {
	modified, changed := have.Mtime.Std(), have.Ctime.Std()
	return modified.After(changed) || !modified.After(a.Quick.Since.Add(tick))
}

// alike is what rsync finds.
func (q *QuickCheck) alike(a, b fsat.Stat) bool {
	if b.Kind != fsat.Regular || a.Size != b.Size {
		return false
	}
	apart := a.Mtime.Std().Sub(b.Mtime.Std())
	return q.AnyTime || apart.Abs() <= q.Window
}

// owner is who will own what a file of the source becomes.
func (q *QuickCheck) owner(have fsat.Stat) uint32 {
	if q.WantedOwner != nil {
		return *q.WantedOwner
	}
	return have.UID
}
