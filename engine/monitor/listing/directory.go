package listing

import (
	"errors"
	"os"
	"slices"
	"strings"
	"time"
)

// sign is what shows that an entry changed.
type sign struct {
	mode  os.FileMode
	size  int64
	mtime time.Time
	id    identity

	// hidden: it is there, but no more is known than its kind, because the system refuses to tell (a directory
	// without search permission, a broken file system).
	hidden bool
}

// listing is a directory as it was last seen: name to sign.
type listing map[string]sign

// list reads a directory. Only entries that vanish meanwhile are left out: what is left out passes for deleted.
func list(path string) (listing, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	l := make(listing, len(entries))
	for _, e := range entries {
		switch s, err := look(path + e.Name()); {
		case err == nil:
			l[e.Name()] = s
		case !errors.Is(err, os.ErrNotExist):
			l[e.Name()] = sign{mode: e.Type(), hidden: true}
		}
	}
	return l, nil
}

func look(path string) (sign, error) {
	st, err := os.Lstat(path)
	if err != nil {
		return sign{}, err
	}
	s := sign{mode: st.Mode(), id: identify(path, st)}
	if !st.IsDir() { // a directory's change with every entry
		s.size, s.mtime = st.Size(), st.ModTime()
	}
	return s, nil
}

// changed is when the entry did last, as far as its system tells; of a directory when its entries did.
func (s sign) changed() time.Time {
	if at := s.id.changed(); at.After(s.mtime) {
		return at
	}
	return s.mtime
}

// replaced reports whether the two are different entries of the same name.
func (s sign) replaced(by sign) bool {
	return s.mode.Type() != by.mode.Type() || s.mode.IsDir() && s.id.inode != by.id.inode && !s.hidden && !by.hidden
}

// written reports whether the content may have changed.
func (s sign) written(now sign) bool {
	return s.size != now.size || !s.mtime.Equal(now.mtime) || s.id.inode != now.id.inode
}

func (l listing) names() []string {
	names := make([]string, 0, len(l))
	for n := range l {
		names = append(names, n)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
