// Package systemd holds the units, as files to install by hand or by a package, and as text for lsyncgo install.
package systemd

import _ "embed"

// Unit is the unit for the config in the usual place.
//
//go:embed lsyncgo.service
var Unit string
