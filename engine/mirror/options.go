package mirror

import (
	"context"
	"os"

	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat"
)

// Options say what is mirrored and how. Take [Defaults] and fill in the paths.
type Options struct {
	// Source and Target are absolute directories. Both must exist.
	Source, Target string
	// TargetDir is the target, opened by package root; nil: Target is opened. The caller closes it.
	TargetDir *os.File
	// Delete removes from the target what the source does not have.
	Delete bool
	// Excluded tells of a path relative to the roots, a directory ending in a
	// slash, that it is left alone: not copied, and not removed at the target.
	// It is asked for every directory on the way, and from several goroutines.
	// Nil excludes nothing.
	Excluded func(path string) bool
	// Spared are directories in which nothing is removed at the target, relative to the roots with a slash at the end:
	// mount points of the source where nothing is mounted. Mounted are those where something was; if that is so no
	// more when the work gets there, they are spared, too.
	Spared, Mounted []string
	// Unlike: the target was made from another source, of which no size and time proves anything. All contents are compared.
	Unlike bool
	// Workers is how many entries are worked on at once; 0 chooses.
	Workers int

	Owner     bool // user and group; without privileges the group only, where permitted
	Perms     bool // permission bits
	Times     bool // modification times, in nanoseconds
	Xattrs    bool // extended attributes, POSIX ACLs and capabilities among them
	HardLinks bool // names of one file in the source are names of one file in the target
	Compare   bool // files of the same size and time may hold different data
	Sparse    bool // holes stay holes
	Devices   bool // device nodes, which need privileges

	// Fsync flushes data to the disk before names and times tell that it is whole: a power cut leaves no file with the
	// right size and time and without its content. Without, that is left to the file system.
	Fsync bool

	// Unsafe permits privileged work where [Unsafe] tells that there is no safe way.
	Unsafe bool

	// Log takes remarks that are no failures. Nil drops them.
	Log func(format string, args ...any)
	// Warn takes what a whole file system of the target cannot keep, once in a run: that is no failure of an entry. Nil is Log.
	Warn func(format string, args ...any)
}

// Defaults are the options of an exact mirror: everything kept, extras removed.
func Defaults() Options {
	return Options{
		Delete: true,
		Owner:  true, Perms: true, Times: true, Xattrs: true,
		HardLinks: true, Sparse: true, Devices: true,
	}
}

// Op is one event to act on.
type Op struct {
	// Kind is Create, Modify, Attrib, Delete or Move.
	Kind event.Kind
	// Path is relative to the roots; a directory ends in a slash.
	Path string
	// Dest is the new path of a Move.
	Dest string
	// Tree asks for everything below a directory.
	Tree bool
	// Files had the name Path when they were changed, and have or had others. With HardLinks they are looked for.
	Files []event.File
}

// Unsafe tells whether work with the privileges that this process has is unsafe on this system: inodes cannot be held here
// while their owners and modes are set, so that users who can write in the target may have those of others set.
func Unsafe() bool { return !fsat.CanPin && fsat.Privileged() }

// Tree brings everything below sub into step. Of files of the same size and time the contents are compared if the source's
// inode, or a directory above it, was changed later than the target's. Sub is a directory relative to
// the roots, "" for all of it. The error says why the work could not be done
// or ended early; what happened to single entries is in the report.
func Tree(ctx context.Context, o Options, sub string) (Report, error) {
	return run(ctx, o, func(m *mirror) {
		m.verifying = true
		m.want(sub, whole)
	})
}

// Apply acts on ops, oldest first. The error is as that of Tree.
func Apply(ctx context.Context, o Options, ops []Op) (Report, error) {
	return run(ctx, o, func(m *mirror) { m.take(ops) })
}
