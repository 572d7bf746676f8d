package rsync

import (
	"io/fs"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat"
)

// linkSearch holds the files of a plan that have several names.
type linkSearch map[fsat.Inode]struct{}

// note remembers info's file if it has several names.
func (l *linkSearch) note(info fs.FileInfo) {
	if st := fsat.StatOf(info); st.Nlink > 1 {
		l.add(st.Inode)
	}
}

func (l *linkSearch) add(id fsat.Inode) {
	if *l == nil {
		*l = make(linkSearch)
	}
	(*l)[id] = struct{}{}
}

// addFormer remembers files that had a name which may be gone by now.
func (l *linkSearch) addFormer(files []event.File) {
	for _, f := range files {
		l.add(fsat.Inode{Dev: f.Device, Ino: f.Inode})
	}
}

// linked notes an entry that goes along.
func (s *survey) linked(e fs.DirEntry) {
	if info, err := e.Info(); err == nil {
		s.links.note(info)
	}
}

// siblings lists all names of the files in s.links.
func (s *survey) siblings() {
	if len(s.links) == 0 {
		return
	}
	s.names = make(map[fsat.Inode][]string)
	if at, err := descent.Open(s.Source); err == nil {
		s.searchLinks(at, "")
		at.Close()
	}
}

// searchLinks looks for them below dir, which at is in.
func (s *survey) searchLinks(at *descent.Cursor, dir string) {
	var dirs []string
	// A directory that cannot be read, or is gone, has no names to offer.
	_ = at.ReadDir(func(e fs.DirEntry) error {
		name := dir + e.Name()
		if e.IsDir() {
			if !s.excluded(name + "/") {
				dirs = append(dirs, e.Name())
			}
			return s.ctx.Err()
		}
		info, err := e.Info()
		if err != nil {
			return s.ctx.Err()
		}
		if id := fsat.StatOf(info).Inode; s.wants(id) && !s.excluded(name) {
			s.add(name)
			s.names[id] = append(s.names[id], name)
		}
		return s.ctx.Err()
	})
	s.below(at, dir, dirs, s.searchLinks)
}

func (s *survey) wants(id fsat.Inode) bool {
	_, ok := s.links[id]
	return ok
}
