// Package rsync makes the lists of paths that rsync reads with --files-from, and filter rules for it.
package rsync

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/root"
)

// Plan lists the exact paths that one rsync run is to look at, in the form that
// rsync reads with --files-from=- --from0 (and without --recursive).
//
// An entry is only a hint where to look: what is listed is decided by what the
// source holds now.
type Plan struct {
	// Source is an absolute directory with a slash at its end.
	Source string
	// Target is the target directory with a slash at its end, if it is on this machine.
	Target string
	// Entries are the changes, oldest first.
	Entries []Entry
	// Delete lists paths that the source no longer has. Rsync then needs
	// --delete and --delete-missing-args. Without Delete it needs
	// --ignore-missing-args, for what vanishes after it was listed.
	Delete bool
	// Contents lists, instead of a missing path, the directory that held it
	// with all its entries, for which rsync needs --delete only. It costs a scan of that
	// directory on both sides, but receivers of rsync 3.4.3 and of security
	// updates of older versions need it: they end with "invalid file mode 00"
	// and exit code 2 at any missing path.
	Contents bool
	// Sweep are directories, "" or with a slash at the end, that are listed with
	// all their entries: with --delete, rsync removes what else is there at the target. A
	// receiver that is killed leaves its temporary files, and no event tells of those.
	Sweep []string
	// Spared are directories, with a slash at the end, of which nothing is listed as missing: mount points where nothing
	// is mounted any more. Rsync needs ProtectOptions for what is deleted with a directory above.
	Spared []string
	// Excluded tells of a path relative to the source, a directory ending in a
	// slash, that it is left alone. Nil excludes nothing.
	Excluded func(path string) bool
	// HardLinks lists, with a file that has several names, all of them: rsync
	// --hard-links only links what is in its list. The source is scanned for
	// them, once per plan and only if there is such a file.
	HardLinks bool
	// Quick has Anew find what rsync must not judge by size and time. Nil: nothing.
	Quick *QuickCheck

	looked *looked // by Anew, just before
}

// looked is a finished look at the source.
type looked struct {
	*survey
	lines []string
}

// Entry is one change.
type Entry struct {
	Kind event.Kind
	// Path and Dest, the new path of a Move, are relative to the source; a
	// directory ends in a slash, the source itself is "".
	Path, Dest string
	// Tree asks for everything below the directory Path.
	Tree bool
	// Files had the name Path when they were changed, and have or had others. With HardLinks they are looked for.
	Files []event.File
}

// Summary tells what was listed.
type Summary struct {
	// Listed is the number of all paths, Missing of those that the source does not have.
	Listed, Missing int
	// TooLong are the paths that no rsync can take, and that were left out.
	TooLong []string
	// Dirs are the directories in which rsync may write, as Plan.Sweep has them.
	Dirs []string
}

// maxListed is the longest path that every rsync reads whole. It takes the
// beginning of a longer one for the path, and would delete that as missing.
const maxListed = 4092

// Write looks at the source and then writes the list, every path once and ended
// by a zero byte. If the source itself cannot be looked at, or is another
// directory at the end, nothing is written: every path would look deleted.
func (p *Plan) Write(ctx context.Context, w io.Writer) (Summary, error) {
	at := p.looked
	if p.looked = nil; at == nil {
		s, lines, err := p.look(ctx)
		if err != nil {
			return Summary{}, err
		}
		at = &looked{s, lines}
	}
	return at.sum, write(ctx, w, at.lines)
}

// look looks at the source, which has to be the same directory afterwards.
func (p *Plan) look(ctx context.Context) (*survey, []string, error) {
	source, err := root.Open(p.Source)
	if err != nil {
		return nil, nil, fmt.Errorf("plan: source: %w", err)
	}
	defer source.Close()
	before, err := root.Of(source)
	if err != nil {
		return nil, nil, fmt.Errorf("plan: source: %w", err)
	}
	s := &survey{Plan: p, ctx: ctx, listed: make(map[string]bool), changed: make(map[string]bool), seen: make(map[string]presence)}
	if err := s.run(); err != nil {
		return nil, nil, fmt.Errorf("plan %s: %w", p.Source, err)
	}
	if err := root.Here(p.Source, before); err != nil {
		return nil, nil, fmt.Errorf("plan: source %s: %w: try again", p.Source, err)
	}
	return s, s.lines(), nil
}

// write ends each line with a zero byte.
func write(ctx context.Context, w io.Writer, lines []string) error {
	out := bufio.NewWriter(w)
	for _, l := range lines {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		_, _ = out.WriteString(l) // a failure stays and is returned by Flush
		_ = out.WriteByte(0)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write list of paths: %w", err)
	}
	return nil
}

// lines returns what was listed, counted, and sorted so that rsync looks at
// every parent once. The "./" keeps a first '#' or ';' from being read as a
// comment, which --from0 does not change, and makes rsync bring the metadata of
// the source itself into step as it does for all other parents.
func (s *survey) lines() []string {
	lines := make([]string, 0, len(s.listed))
	for path, missing := range s.listed {
		if s.covered(path) {
			continue
		}
		if missing {
			s.sum.Missing++
		}
		lines = append(lines, "./"+strings.TrimPrefix(path, "/"))
	}
	s.sum.Listed = len(lines)
	s.sum.Dirs = s.dirs()
	slices.Sort(lines)
	return lines
}

// dirs returns the directories that hold what is listed.
func (s *survey) dirs() []string {
	seen := make(map[string]bool)
	for path, missing := range s.listed {
		switch {
		case missing:
		case path == "/":
			seen[""] = true
		case strings.HasSuffix(path, "/"):
			seen[path] = true
		default:
			if _, entries := s.listed[path+"/"]; !entries {
				seen[parent(path)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// covered reports whether path goes along with the entries of a directory.
func (s *survey) covered(path string) bool {
	if strings.HasSuffix(path, "/") {
		return false
	}
	_, itself := s.listed[path+"/"]
	_, above := s.listed[slashed(parent(path))]
	return itself || above
}
