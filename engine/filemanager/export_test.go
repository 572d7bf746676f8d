package filemanager

import (
	"os"

	"lsyncgo/engine/fsat"
)

// LeaveAside does what comes first when a directory is replaced, as a process that is killed then.
func LeaveAside(dir, name string) error {
	top, err := os.Open(dir)
	if err != nil {
		return err
	}
	d, err := fsat.OpenRoot(top)
	if err != nil {
		return err
	}
	old := d.TempName(name)
	if _, err := writeNote(d, note{Dest: []byte(name), Aside: []byte(old)}); err != nil {
		return err
	}
	return d.Rename(name, d, old)
}
