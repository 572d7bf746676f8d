package transfer

import (
	"io/fs"
	"os"

	"lsyncgo/engine/event"
)

// linkSearch holds the files of a plan that have several names.
type linkSearch map[inode]struct{}

// note remembers info's file if it has several names.
func (l *linkSearch) note(info fs.FileInfo) {
	id, names := linkCount(info)
	if names < 2 {
		return
	}
	if *l == nil {
		*l = make(linkSearch)
	}
	(*l)[id] = struct{}{}
}

// former remembers files that had a name which may be gone by now.
func (l *linkSearch) former(files []event.File) {
	if *l == nil && len(files) > 0 {
		*l = make(linkSearch)
	}
	for _, f := range files {
		(*l)[inode{f.Device, f.Inode}] = struct{}{}
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
	if len(s.links) > 0 {
		s.searchLinks("")
	}
}

// searchLinks looks for them below dir.
func (s *survey) searchLinks(dir string) {
	if s.ctx.Err() != nil {
		return
	}
	// A directory that cannot be read, or is gone, has no names to offer.
	entries, _ := os.ReadDir(s.Source + dir)
	for _, e := range entries {
		name := dir + e.Name()
		if e.IsDir() {
			if !s.excluded(name + "/") {
				s.searchLinks(name + "/")
			}
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		if id, _ := linkCount(info); s.wants(id) && !s.excluded(name) {
			s.add(name)
		}
	}
}

func (s *survey) wants(id inode) bool {
	_, ok := s.links[id]
	return ok
}
