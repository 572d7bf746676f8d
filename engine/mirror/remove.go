package mirror

import (
	"errors"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// remove takes name, and everything below it, out of the target directory d. Path is where it belongs, by which
// rules know it. It reports its failures, and returns whether name is gone. The time and mode of d are set when
// the work in it is done.
func (m *mirror) remove(d *fsat.Dir, name, path string, have fsat.Stat) bool {
	r := fsat.Remover{
		Stop: m.halted, Keep: m.stayed,
		Fail:    func(path string, err error) { m.fail(path, "remove", copier.AtTarget(err)) },
		Removed: func() { m.removed.Add(1) },
	}
	return r.Remove(d, name, path, have)
}

// stayed tells what is not removed.
func (m *mirror) stayed(path string, have fsat.Stat, inner bool) bool {
	if have.Kind == fsat.Directory && have.Inode == m.srcID && have.Ino != 0 {
		m.fail(path, "remove", errors.New("refused: this is the source"))
		return true
	}
	return inner && m.spared(path, have.Kind) || m.keeps(path, have.Kind)
}

func (m *mirror) spared(path string, k fsat.Kind) bool {
	if m.o.Excluded == nil {
		return false
	}
	if k == fsat.Directory {
		path += "/"
	}
	return m.o.Excluded(path)
}
