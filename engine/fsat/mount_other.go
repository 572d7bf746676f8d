//go:build !linux || portable

package fsat

// isMount cannot tell.
func (d *Dir) IsMount() (is, known bool) { return false, false }
