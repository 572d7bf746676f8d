// Package defaults holds the presets: ordinary Lua over the functions that every
// script has. Whoever wants a preset that works differently copies one of these files
// into a config, or changes the tables it makes.
package defaults

import _ "embed"

// File is one preset, in Lua that needs no translation.
type File struct {
	Name   string
	Source []byte
	Adds   []string // the keys that it adds to the table `default`, first the preset
}

//go:embed default.lua
var base []byte

//go:embed rsync.lua
var rsync []byte

//go:embed rsyncssh.lua
var rsyncssh []byte

//go:embed direct.lua
var direct []byte

// Files returns the presets. The global table `default` must exist. The first file has to run at once; each of the others may
// run when one of the keys that it adds is asked for, which is how they find each other.
func Files() []File {
	return []File{
		{"default.lua", base, nil},
		{"rsync.lua", rsync, []string{"rsync", "rsyncShared"}},
		{"rsyncssh.lua", rsyncssh, []string{"rsyncssh"}},
		{"direct.lua", direct, []string{"direct"}},
	}
}
