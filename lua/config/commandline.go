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
		preset := r.presets.preset(c.Preset)
		place := cmp.Or(c.Place, "command line")
		keys, target := argumentsOf(preset)
		if len(c.Args) != len(keys) {
			r.found.Add(problem.At(place, "", "see lsyncgo -help", "-%s takes %d arguments, not %d", c.Preset, len(keys), len(c.Args)))
			continue
		}
		given := r.Scripts.L.NewTable()
		given.Append(preset)
		for i, key := range keys {
			given.RawSetString(key, glua.LString(c.Args[i]))
		}
		if target == sshHost {
			r.addSSHOptions(given)
		}
		if _, err := r.declare(given, place); err != nil {
			r.found.Add(problem.At(place, "", "", "%v", err))
		}
	}
}

// argumentsOf returns the keys that a preset gets from the command line, and what kind of target it declares.
func argumentsOf(preset *glua.LTable) (keys []string, target string) {
	if preset == nil {
		return nil, noMirror
	}
	if declared, ok := preset.RawGetString("capabilities").(*glua.LTable); ok {
		target = declared.RawGetString("target").String()
	}
	if target == sshHost {
		return []string{"source", "host", "targetdir"}, target
	}
	return []string{"source", "target"}, target
}

func (r *Config) addSSHOptions(given *glua.LTable) {
	words, err := values.SplitWords(r.o.SSHOptions)
	if err != nil {
		r.found.Add(problem.At("command line", "", "check its quotes", "-sshopts %q: %v", r.o.SSHOptions, err))
		return
	}
	extra := r.Scripts.L.NewTable()
	for _, w := range words {
		extra.Append(glua.LString(w))
	}
	ssh := r.Scripts.L.NewTable()
	ssh.RawSetString("_extra", extra)
	given.RawSetString("ssh", ssh)
}
