package filemanager

import (
	"encoding/json"
	"fmt"
	"os"

	"lsyncgo/engine/fsat"
)

// note is what is left beside a destination while more than one step has to be taken there: what the next process has to do if
// this one is killed between them. Names are bytes, which JSON keeps of byte slices only.
type note struct {
	FormatName string
	Dest       []byte // the name of the destination

	// Of a move by copy, from the moment on when the copy has the name the source is to go.
	Copy       fsat.Inode
	Source     fsat.Inode
	SourcePath []byte
	Kind       fsat.Kind

	// Aside is where a directory is that makes room for another one, until that has the name.
	Aside []byte
}

const noteFormat = "lsyncgo move 2"

// maxNote bounds what is read of a note: a path of the greatest length and two names, in base64.
const maxNote = 16 << 10

// writeNote writes a note into d, and returns its name.
func writeNote(d *fsat.Dir, n note) (string, error) {
	n.FormatName = noteFormat
	text, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	name := d.TempName("move")
	out, err := d.Create(name, 0o600)
	if err != nil {
		return "", fmt.Errorf("create a note beside %s: %w", n.Dest, err)
	}
	err = out.WriteAt(text, 0)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = d.Unlink(name)
		return "", fmt.Errorf("write a note beside %s: %w", n.Dest, err)
	}
	return name, nil
}

// readNote reads a note, if name is one of this user's.
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
