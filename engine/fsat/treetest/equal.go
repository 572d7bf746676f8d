package treetest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options leave things out of a comparison.
type Options struct {
	// Ignore leaves out a path relative to the roots; a directory, which ends
	// in a slash, with everything below it.
	Ignore func(path string) bool

	NoTimes, NoDirTimes, NoLinkTimes        bool
	NoOwner, NoPerms, NoHardLinks, NoXattrs bool
}

// maxDifferences bounds what Equal returns.
const maxDifferences = 50

// Equal compares two trees: names, types, contents, link texts, modes, owners,
// times in nanoseconds, groups of hard links and extended attributes. It
// returns one line for each difference, none for equal trees. Sockets are left out.
func Equal(source, target string, o Options) []string {
	c := comparison{o: o}
	a, b := c.read(source, "source"), c.read(target, "target")
	for _, path := range keys(a) {
		x := a[path]
		y, ok := b[path]
		if !ok {
			c.differ("%q is missing", path)
			continue
		}
		c.compare(path, x, y)
	}
	for _, path := range keys(b) {
		if _, ok := a[path]; !ok {
			c.differ("%q is extra", path)
		}
	}
	if !o.NoHardLinks {
		c.links(a, b)
	}
	if len(c.out) > maxDifferences {
		c.out = append(c.out[:maxDifferences], fmt.Sprintf("and %d more", len(c.out)-maxDifferences))
	}
	return c.out
}

type comparison struct {
	o   Options
	out []string
}

type item struct {
	full string
	info fs.FileInfo
	id   string // the same for names of one file
}

func (c *comparison) differ(format string, args ...any) {
	c.out = append(c.out, fmt.Sprintf(format, args...))
}

func (c *comparison) read(root, side string) map[string]item {
	out := map[string]item{}
	err := filepath.WalkDir(root, func(full string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path := strings.TrimPrefix(strings.TrimPrefix(full, filepath.Clean(root)), string(filepath.Separator))
		if d.IsDir() && path != "" {
			path += "/"
		}
		if path != "" && c.o.Ignore != nil && c.o.Ignore(path) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Type() != fs.ModeSocket {
			out[strings.TrimSuffix(path, "/")] = item{full, info, fileID(info)}
		}
		return nil
	})
	if err != nil {
		c.differ("%s: %v", side, err)
	}
	return out
}

func (c *comparison) compare(path string, x, y item) {
	if x.info.Mode().Type() != y.info.Mode().Type() {
		c.differ("%q is %v, not %v", path, y.info.Mode().Type(), x.info.Mode().Type())
		return
	}
	link := x.info.Mode().Type() == fs.ModeSymlink
	if !c.o.NoPerms && !link && x.info.Mode() != y.info.Mode() {
		c.differ("%q has mode %v, not %v", path, y.info.Mode(), x.info.Mode())
	}
	if c.timed(x.info) && !x.info.ModTime().Equal(y.info.ModTime()) {
		c.differ("%q has time %v, not %v", path, y.info.ModTime().UTC(), x.info.ModTime().UTC())
	}
	if a, b := owner(x.info), owner(y.info); !c.o.NoOwner && a != b {
		c.differ("%q belongs to %s, not %s", path, b, a)
	}
	if a, b := device(x.info), device(y.info); a != b {
		c.differ("%q is device %s, not %s", path, b, a)
	}
	if !c.o.NoXattrs && !link {
		if a, b := xattrs(x.full), xattrs(y.full); a != b {
			c.differ("%q has attributes %s, not %s", path, b, a)
		}
	}
	switch {
	case link:
		a, _ := os.Readlink(x.full)
		b, _ := os.Readlink(y.full)
		if a != b {
			c.differ("%q points to %q, not %q", path, b, a)
		}
	case x.info.Mode().IsRegular():
		c.contents(path, x, y)
	}
}

func (c *comparison) timed(info fs.FileInfo) bool {
	switch {
	case info.IsDir():
		return !c.o.NoTimes && !c.o.NoDirTimes
	case info.Mode()&fs.ModeSymlink != 0:
		return !c.o.NoTimes && !c.o.NoLinkTimes
	}
	return !c.o.NoTimes
}

func (c *comparison) contents(path string, x, y item) {
	if x.info.Size() != y.info.Size() {
		c.differ("%q has %d bytes, not %d", path, y.info.Size(), x.info.Size())
		return
	}
	a, err := os.ReadFile(x.full)
	if err != nil {
		c.differ("source: %v", err)
		return
	}
	b, err := os.ReadFile(y.full)
	if err != nil {
		c.differ("target: %v", err)
		return
	}
	if !bytes.Equal(a, b) {
		c.differ("%q has other contents of the same size", path)
	}
}

// links compares which names share a file.
func (c *comparison) links(a, b map[string]item) {
	group := func(m map[string]item) map[string][]string {
		out := map[string][]string{}
		for _, path := range keys(m) {
			if it := m[path]; it.info.Mode().IsRegular() && it.id != "" {
				out[it.id] = append(out[it.id], path)
			}
		}
		return out
	}
	ga, gb := group(a), group(b)
	for _, path := range keys(a) {
		y, ok := b[path]
		if x := a[path]; ok && x.info.Mode().IsRegular() && y.info.Mode().IsRegular() {
			if p, q := ga[x.id], gb[y.id]; !slices.Equal(p, q) {
				c.differ("%q is one file with %q, not with %q", path, q, p)
			}
		}
	}
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
