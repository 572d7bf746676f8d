//go:build !linux || portable

package transfer

// isMount cannot tell.
func (d *dir) isMount() (is, known bool) { return false, false }
