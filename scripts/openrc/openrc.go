// Package openrc holds the service script for OpenRC, as a file to install by hand or by a package, and as text for lsyncgo install.
package openrc

import _ "embed"

// Script is the service for the config in the usual place.
//
//go:embed lsyncgo
var Script string
