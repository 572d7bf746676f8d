package config

import (
	"cmp"

	"lsyncgo/lua/problem"
	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// declareCommandLine makes syncs of what the command line asked for.
func (r *Config) declareCommandLine() {
	for _, c := range r.o.Syncs {
		preset := r.presets.named[c.Preset]
		place := cmp.Or(c.Place, "command line")
		wants := map[string]int{"rsync": 2, "rsyncssh": 3, "direct": 2}[c.Preset]
		if preset == nil || len(c.Args) != wants {
			r.found.Add(problem.At(place, "", "see lsyncgo -help", "-%s takes %d arguments, not %d", c.Preset, wants, len(c.Args)))
			continue
		}
		given := r.L.NewTable()
		given.Append(preset)
		given.RawSetString("source", glua.LString(c.Args[0]))
		if c.Preset == "rsyncssh" {
			given.RawSetString("host", glua.LString(c.Args[1]))
			given.RawSetString("targetdir", glua.LString(c.Args[2]))
			r.addSSHOptions(given)
		} else {
			given.RawSetString("target", glua.LString(c.Args[1]))
		}
		if _, err := r.declare(given, place); err != nil {
			r.found.Add(problem.At(place, "", "", "%v", err))
		}
	}
}

func (r *Config) addSSHOptions(given *glua.LTable) {
	words, err := values.SplitWords(r.o.SSHOptions)
	if err != nil {
		r.found.Add(problem.At("command line", "", "check its quotes", "-sshopts %q: %v", r.o.SSHOptions, err))
		return
	}
	extra := r.L.NewTable()
	for _, w := range words {
		extra.Append(glua.LString(w))
	}
	ssh := r.L.NewTable()
	ssh.RawSetString("_extra", extra)
	given.RawSetString("ssh", ssh)
}
