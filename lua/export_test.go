package lua

// Differences returns, for each note there is, what it is called in docs/differences.md.
func Differences() map[string][]string {
	names := map[string][]string{}
	for _, d := range syncDifferences {
		names[d.name] = append(d.covers, d.name)
	}
	for _, d := range settingDifferences {
		names[d.name] = append(d.covers, d.name)
	}
	return names
}

// LimitControlDir sets how long the path of the directory for ssh's sockets may be.
func (r *Runtime) LimitControlDir(n int) { r.masters.limit = n }
