package backend

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/tree"
)

// Listed are the raw events that a listing can tell of what other hosts do.
const Listed = event.InCreate | event.InModify | event.InAttrib | event.InDelete

// changes are the raw events that near has to hear, lest what this host does be taken for what another one did.
const changes = Listed | event.InCloseWrite | event.InMovedFrom | event.InMovedTo

// listedKinds are those by what a listing tells.
var listedKinds = map[event.Kind]event.RawMask{
	event.Create: event.InCreate, event.Modify: event.InModify, event.Attrib: event.InAttrib, event.Delete: event.InDelete,
}

// rawPair is a root of both whose receiver wants raw events: near tells as the kernel does what this host changes, far what
// others have done. The state of an entry is remembered of which near has told, so that far does not tell of it again.
type rawPair struct {
	event.RawRoot
	path string // of the root, with a slash at its end
	name string // how paths begin in what is told, without one
	// seen is what an entry was when it was told of last, by its path below the root; of what was gone the zero value.
	seen map[string]tree.Signature
	made map[string]arrival // directories that have come since the root is watched
}

// arrival is how a directory has come: of one that this host has moved here, when that was and when far has found it for the first time.
type arrival struct{ moved, found time.Time }

// maxSeen bounds what is remembered. What is forgotten may be told twice.
const maxSeen = 200_000

func newRawPair(root monitor.Root) *rawPair {
	return &rawPair{RawRoot: *root.Raw, path: root.Path, name: strings.TrimSuffix(cmp.Or(root.Name, root.Path), "/"), seen: map[string]tree.Signature{},
		made: map[string]arrival{}}
}

// nearRoot is root as near is to watch it.
func (r *rawPair) nearRoot(root monitor.Root) monitor.Root {
	raw := r.RawRoot
	raw.Kinds |= changes
	root.Raw = &raw
	return root
}

// farRoot is root as far is to watch it.
func (r *rawPair) farRoot(root monitor.Root) monitor.Root {
	root.Raw, root.Name, root.Flat = nil, "", !r.Subdirs && !r.Follow
	if r.Excluded != nil {
		root.Excluded = func(rel string) bool { return r.Excluded(r.name + "/" + strings.TrimSuffix(rel, "/")) }
	}
	return root
}

// take returns what is told of an event: nothing if ok is false. A root that far has lost is lost: the receiver has it watched anew.
func (r *rawPair) take(e event.Event, isNear bool) (told event.Event, ok bool) {
	switch {
	case e.Kind == event.Untouched:
		r.hear(e)
		return e, e.Raw.Mask&r.Kinds != 0
	case isNear, e.Kind == event.RootLost:
		return e, true
	}
	return r.list(e)
}

// hear notes what near tells.
func (r *rawPair) hear(e event.Event) {
	rel, below := strings.CutPrefix(e.Raw.Pathname(), r.name+"/")
	if !below || e.Raw.Mask&changes == 0 {
		return
	}
	if e.Raw.IsDir && e.Raw.Mask&(event.InCreate|event.InMovedTo) != 0 {
		r.made[rel] = arrival{}
		if e.Raw.Mask&event.InMovedTo != 0 {
			r.made[rel] = arrival{moved: e.Time}
		}
	}
	if is, err := tree.Look(r.path + rel); err == nil || errors.Is(err, fs.ErrNotExist) {
		r.remember(rel, is)
	}
}

func (r *rawPair) remember(rel string, is tree.Signature) {
	if len(r.seen)+len(r.made) >= maxSeen {
		clear(r.seen)
	}
	r.seen[rel] = is
}

// list makes of what far found what the kernel would tell of it.
func (r *rawPair) list(e event.Event) (told event.Event, ok bool) {
	rel, isDir := strings.TrimSuffix(e.Path, "/"), event.IsDir(e.Path)
	kind := listedKinds[e.Kind]
	if rel == "" || kind == 0 {
		return e, false
	}
	is, err := tree.Look(r.path + rel)
	if err != nil != (kind == event.InDelete) || !r.wanted(rel, &is, e) {
		return e, false // or the next listing tells
	}
	if a := r.made[rel]; kind == event.InCreate && !a.moved.IsZero() && a.found.IsZero() {
		r.made[rel] = arrival{a.moved, e.Time}
	}
	was, known := r.seen[rel]
	r.remember(rel, is)
	switch {
	case known && same(&was, &is):
		return e, false
	case known && kind == event.InCreate && was.Inode == is.Inode && was.Mode.Type() == is.Mode.Type():
		kind = event.InModify // near has told that it came, and another host has written it since
	case kind == event.InCreate && isDir:
		r.made[rel] = arrival{}
	}
	raw := &event.Raw{Mask: kind, Path: strings.TrimSuffix(r.name+"/"+path.Dir(rel), "/."), Name: path.Base(rel), IsDir: isDir}
	if raw.Path == "" {
		raw.Path = "/"
	}
	if isDir {
		raw.Mask |= event.InIsDir
	}
	return event.Event{Root: e.Root, Kind: event.Untouched, Time: e.Time, Raw: raw}, kind&r.Kinds != 0
}

// same reports whether an entry is what it was. The times of a directory change with its entries.
func same(was, is *tree.Signature) bool {
	if !was.IsDir() || !is.IsDir() {
		return *was == *is
	}
	return was.Inode == is.Inode && was.Mode == is.Mode && was.UID == is.UID && was.GID == is.GID
}

// wanted reports whether the directory of an entry is one that is watched, and the entry has not come with it.
func (r *rawPair) wanted(rel string, is *tree.Signature, e event.Event) bool {
	for dir := path.Dir(rel); dir != "."; dir = path.Dir(dir) {
		if a, isNew := r.made[dir]; isNew {
			came := e.Kind == event.Create && !a.moved.IsZero() && a.found == e.Time && !is.Latest().After(a.moved)
			return r.Follow && !came
		}
	}
	return r.Subdirs || path.Dir(rel) == "."
}
