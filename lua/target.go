package lua

import (
	"path/filepath"
	"strings"

	glua "github.com/yuin/gopher-lua"
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
func (r *Runtime) Targets() (list []Target) {
	for _, s := range r.scripts {
		if s.mirrors() && s.config.Target != "" {
			list = append(list, s.reach())
		}
	}
	return list
}

// reach says how the target of a sync is reached.
func (s *script) reach() Target {
	text := func(key string) string {
		v, _ := s.key(key).(glua.LString)
		return string(v)
	}
	t := Target{Place: s.place, Sync: s.name}
	if s.tunnel != nil {
		t.Untried = "it is reached through a tunnel, which is not opened for this"
		return t
	}
	if dir := s.localTarget(); dir != "" {
		t.Dir = filepath.Clean(dir)
		return t
	}
	t.Binary, t.Rsync = or(text("rsync.binary"), "rsync"), or(text("rsync.rsync_path"), "rsync")
	target := s.config.Target
	host, dir, _ := strings.Cut(target, ":")
	if strings.HasPrefix(target, "rsync://") || strings.HasPrefix(dir, ":") {
		t.Daemon = target
		if file := text("rsync.password_file"); file != "" {
			t.Options = []string{"--password-file=" + file}
		}
		return t
	}
	if end := strings.Index(target, "]:"); strings.Contains(host, "[") && end > 0 { // an address of IPv6
		host, dir = strings.Replace(target[:end], "[", "", 1), target[end+2:]
	}
	t.Host, t.Remote = host, strings.TrimPrefix(dir, "~/")
	switch shell := splitQuoted(text("rsync.rsh")); {
	case len(shell) > 0:
		t.Shell = shell
	case s.key("ssh._computed").Type() == glua.LTTable:
		t.Shell = []string{or(text("ssh.binary"), "ssh")}
		words := s.key("ssh._computed").(*glua.LTable)
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
