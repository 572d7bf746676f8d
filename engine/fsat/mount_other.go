//go:build !linux || portable

package fsat

// IsMount cannot tell.
func (d *Dir) IsMount() (is, known bool) { return false, false }
