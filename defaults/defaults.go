// Package defaults holds the presets: ordinary Lua over the functions that every
// script has. Whoever wants a preset that works differently copies one of these files
// into a config, or changes the tables it makes.
package defaults

import _ "embed"

// File is one preset.
type File struct {
	Name   string
	Source []byte
}

//go:embed default.lua
var base []byte

//go:embed rsync.lua
var rsync []byte

//go:embed rsyncssh.lua
var rsyncssh []byte

//go:embed direct.lua
var direct []byte

// Files returns the presets in the order in which they have to run. The global
// table `default` must exist; each file adds to it.
func Files() []File {
	return []File{
		{"default.lua", base},
		{"rsync.lua", rsync},
		{"rsyncssh.lua", rsyncssh},
		{"direct.lua", direct},
	}
}
