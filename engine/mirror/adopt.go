package mirror

import (
	"errors"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// adopt makes the metadata of an existing entry equal whose content is. false: it has to be made anew.
func (p *dirPair) adopt(name string, s, have fsat.Stat) (done bool, err error) {
	if same, err := p.SameMetadata(p.src, name, s, have); err != nil || same {
		return same, err
	}
	from, now, err := p.src.Pin(name, s)
	if errors.Is(err, fsat.ErrReplaced) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer from.Close()
	if s.Size != now.Size || s.Mtime != now.Mtime {
		return false, nil // changed since it was compared
	}
	s = now
	to, have, err := p.Dst.Pin(name, have)
	if errors.Is(err, fsat.ErrReplaced) {
		return false, nil
	}
	if err != nil {
		return false, copier.AtTarget(err)
	}
	defer to.Close()
	return p.Adopt(to, from.Attrs(), s, have, p.strangers)
}
