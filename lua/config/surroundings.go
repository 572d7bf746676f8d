package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// checkSurroundings warns of what a sync needs on this machine and does not find. All of it may still
// appear before the sync comes to need it.
func (s *Definition) checkSurroundings() {
	if s.mirrors() {
		s.checkTargetDirectory()
	}
	for _, f := range s.secretFiles() {
		s.checkSecretFile(f)
	}
}

// checkTargetDirectory looks at a local target: the presets make it, but not the directories above it.
func (s *Definition) checkTargetDirectory() {
	target := s.localTarget()
	if target == "" || !filepath.IsAbs(s.Sync.StringKey("target")) {
		return
	}
	target = filepath.Clean(target)
	info, err := os.Stat(target)
	switch {
	case err == nil && !info.IsDir():
		s.warn("name a directory, or remove what is in its place", "the target %q is no directory", target)
		return
	case err == nil:
		if !WritableDir(target) {
			s.warn("let the user that runs lsyncgo write there, or use another one", "the target %q cannot be written by this user", target)
		}
		return
	case !errors.Is(err, fs.ErrNotExist):
		return // the startup says it
	}
	parent := filepath.Dir(target)
	info, err = os.Stat(parent)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.warn("create it; a disk may not be mounted", "the directory %q above the target is missing, and the presets do not make it", parent)
	case err == nil && !info.IsDir():
		s.warn("correct the target", "%q, above the target, is no directory", parent)
	case err == nil && !WritableDir(parent):
		s.warn("make the target, or let the user that runs lsyncgo write there", "the target %q is missing, and this user cannot make it in %q", target, parent)
	}
}

// secretFile is a file that ssh or rsync reads a secret from.
type secretFile struct {
	key, path string
	closed    fs.FileMode // what others may not have of its mode
}

// What ssh and rsync mind in the mode of a secret.
const (
	closedForSSH   fs.FileMode = 0o077
	closedForRsync fs.FileMode = 0o006
)

// sshOptionsWithValue are the letters of ssh's options that take a value.
const sshOptionsWithValue = "BbcDEeFIiJLlmOoPpQRSWw"

// secretFiles are the identity and password files that the sync names.
func (s *Definition) secretFiles() (list []secretFile) {
	text := func(key string) string {
		v, _ := s.Key(key).(glua.LString)
		return string(v)
	}
	add := func(key, path string) {
		if path != "" {
			list = append(list, secretFile{key, path, closedForSSH})
		}
	}
	if path := text("rsync.password_file"); path != "" {
		list = append(list, secretFile{"rsync.password_file", path, closedForRsync})
	}
	words := values.SplitQuoted(text("rsync.rsh"))
	if len(words) > 0 {
		if filepath.Base(words[0]) == "ssh" {
			add("rsync.rsh: -i", identityAmong(words[1:]))
		}
		return list // the table ssh counts for nothing then
	}
	add("ssh.identityFile", text("ssh.identityFile"))
	add("ssh.options.IdentityFile", text("ssh.options.IdentityFile"))
	if extra, ok := s.Key("ssh._extra").(*glua.LTable); ok {
		words = nil
		for i := 1; i <= extra.Len(); i++ {
			words = append(words, extra.RawGetInt(i).String())
		}
		add("ssh._extra: -i", identityAmong(words))
	}
	return list
}

// identityAmong returns the value of the first -i among ssh's options, "" without one.
func identityAmong(words []string) string {
	for i := 0; i < len(words); i++ {
		word := words[i]
		if len(word) < 2 || word[0] != '-' || !strings.ContainsRune(sshOptionsWithValue, rune(word[1])) {
			continue
		}
		value := word[2:]
		if value == "" && i+1 < len(words) {
			i++
			value = words[i]
		}
		if word[1] == 'i' {
			return value
		}
	}
	return ""
}

// checkSecretFile warns of a file that ssh or rsync cannot read, or does not take because others can.
func (s *Definition) checkSecretFile(f secretFile) {
	path := f.path
	if rest, ok := strings.CutPrefix(path, "~/"); ok && strings.HasPrefix(f.key, "ssh.") || ok && strings.HasPrefix(f.key, "rsync.rsh") {
		home, err := os.UserHomeDir()
		if err != nil {
			return
		}
		path = filepath.Join(home, rest) // ssh does that itself
	}
	switch {
	case strings.ContainsAny(path, "%$^") || strings.HasPrefix(path, "~"): // which only ssh, or a tunnel, knows
		return
	case !filepath.IsAbs(path) && !s.r.settings.resolved.NoDaemon:
		s.warn("write the absolute path", "%s: %q is relative, and a daemon works in /", f.key, path)
		return
	case !filepath.IsAbs(path):
		path = filepath.Join(s.r.o.Dir, path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return // opening a FIFO would wait for its other side
	}
	file, err := os.Open(path)
	if err != nil {
		s.warn("correct the path, or let the user that runs lsyncgo read it", "%s: %v", f.key, fmt.Errorf("read %q: %w", path, errors.Unwrap(err)))
		return
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		s.warn("name a file", "%s: %q is a directory", f.key, path)
	case info.Mode().IsRegular() && ownedByUser(info) && info.Mode()&f.closed != 0:
		s.warn("chmod 600 it", "%s: others can read or write %q (mode %s), and it is not taken then", f.key, path,
			"0"+strconv.FormatUint(uint64(info.Mode().Perm()), 8))
	}
}

// checkTwins warns of a sync that another one has already: each of their changes is sent twice.
func (r *Config) checkTwins() {
	for i, a := range r.definitions {
		same := func(b *Definition) bool {
			return a.mirrors() && b.mirrors() && a.config.Target != "" && a.config.Source == b.config.Source &&
				values.WithSlash(a.config.Target) == values.WithSlash(b.config.Target) && a.Sync.StringKey("tunnel") == b.Sync.StringKey("tunnel") &&
				slices.Equal(a.Sync.Rules(), b.Sync.Rules())
		}
		if j := slices.IndexFunc(r.definitions[:i], same); j >= 0 {
			a.warn("remove one of them", "it has the same source and target as the sync at %s: everything is sent twice", r.shownPlace(r.definitions[j].Sync.Place))
		}
	}
}

// completeBorrowed gives a sync that takes functions of a preset without inheriting it the rest of the preset: they count
// on it.
func (s *Definition) completeBorrowed() {
	if s.Key("prepare") != glua.LNil {
		return
	}
	for _, key := range []string{"init", "action", "full"} {
		fn, _ := s.Key(key).(*glua.LFunction)
		if name := s.r.presets.of[fn]; name != "" {
			s.warn(fmt.Sprintf("inherit it, sync{ default.%s, ... }, and set what shall be different", name),
				"%s is that of default.%s, which the sync does not inherit: it gets the rest of the preset as well", key, name)
			values.Inherit(s.r.Scripts.L, s.Sync.Table, s.r.presets.named[name], false)
			return
		}
	}
}
