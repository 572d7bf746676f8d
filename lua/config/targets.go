package config

import (
	"cmp"
	"path/filepath"

	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/address"
)

// Target is where a sync brings things, as far as it can be tried. Exactly one of Dir, Host and Daemon is set, or none.
type Target struct {
	Place, Sync string
	Dir         string // on this machine

	Host   string   // over Shell
	Shell  []string // ssh with its options, or what stands for it
	Remote string   // the directory on Host; a relative one begins at home
	Rsync  string   // the program there

	Daemon  string   // of rsync: host::module or rsync://
	Binary  string   // the rsync here
	Options []string // that it needs to get in

	Untried string // why it cannot be tried; "" if it can
}

// Targets returns the targets of all syncs that have one.
func (r *Config) Targets() (list []Target) {
	for _, s := range r.definitions {
		if s.mirrors() && s.config.Target != "" {
			list = append(list, s.reach())
		}
	}
	return list
}

// reach says how the target of a sync is reached.
func (s *Definition) reach() Target {
	text := func(key string) string {
		v, _ := s.Key(key).(glua.LString)
		return string(v)
	}
	t := Target{Place: s.Sync.Place, Sync: s.Sync.Name}
	if s.tunnel != nil {
		t.Untried = "it is reached through a tunnel, which is not opened for this"
		return t
	}
	if dir := s.localTarget(); dir != "" {
		t.Dir = filepath.Clean(dir)
		return t
	}
	t.Binary, t.Rsync = cmp.Or(text("rsync.binary"), "rsync"), cmp.Or(text("rsync.rsync_path"), "rsync")
	to := address.Parse(s.config.Target)
	if to.Daemon != "" {
		t.Daemon = to.Daemon
		if file := text("rsync.password_file"); file != "" {
			t.Options = []string{"--password-file=" + file}
		}
		return t
	}
	t.Host, t.Remote = to.Host, to.Path
	switch shell := values.SplitQuoted(text("rsync.rsh")); {
	case len(shell) > 0:
		t.Shell = shell
	case s.Key("ssh._computed").Type() == glua.LTTable:
		t.Shell = []string{cmp.Or(text("ssh.binary"), "ssh")}
		words := s.Key("ssh._computed").(*glua.LTable)
		for i := 1; i <= words.Len(); i++ {
			t.Shell = append(t.Shell, words.RawGetInt(i).String())
		}
	default:
		t.Shell = []string{"ssh"}
	}
	return t
}

// Name is how messages call the target.
func (t *Target) Name() string {
	switch {
	case t.Dir != "":
		return t.Dir
	case t.Daemon != "":
		return t.Daemon
	}
	return t.Host + ":" + t.Remote
}
