//go:build !unix

package tree

import (
	"errors"
	"io/fs"
	"os"
)

// Reader lists directories. It belongs to one goroutine.
type Reader struct{}

// Read lists a directory, by its path; an entry that vanishes meanwhile is left out. The result is in order of names and
// valid until the next call.
func (*Reader) Read(path string) ([]Entry, error) {
	found, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	list := make([]Entry, 0, len(found))
	for _, f := range found {
		e := Entry{Name: f.Name(), Signature: Signature{Mode: f.Type(), Refused: true}}
		switch info, err := f.Info(); {
		case err == nil:
			e.Signature = signatureOf(info)
		case errors.Is(err, fs.ErrNotExist):
			continue
		}
		list = append(list, e)
	}
	return list, nil
}

// Look returns the signature of one entry; a link is not followed.
func Look(path string) (Signature, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return Signature{}, err
	}
	return signatureOf(info), nil
}

func signatureOf(info fs.FileInfo) Signature {
	s := Signature{Modified: info.ModTime().UnixNano(), Mode: info.Mode()}
	if !info.IsDir() {
		s.Size = info.Size()
	}
	return s
}
