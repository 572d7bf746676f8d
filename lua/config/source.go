package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/root"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/values"
)

// tildeRemedy is about paths that a shell would have made another one of.
const tildeRemedy = `nothing expands a ~ here: write the absolute path, or os.getenv("HOME") .. "/..."`

// checkSource makes the source absolute, with symlinks resolved and one trailing slash.
func (s *Definition) checkSource() {
	v, ok := s.Key("source").(glua.LString)
	if !ok || v == "" {
		if given, _ := s.r.given(s.given, "source", 0); given == glua.LNil || ok { // else its type is wrong
			s.problem("add source = \"/directory\"", "source is missing")
		}
		return
	}
	path := s.r.Scripts.Anchored(string(v))
	fault := func(remedy, format string, args ...any) {
		p := problem.At(s.Sync.Place, s.Sync.Name, remedy, format, args...)
		s.sourceFault = &p
	}
	s.path = filepath.Clean(path)
	trail, err := root.Follow(s.path)
	var link *root.LinkError
	switch {
	case errors.As(err, &link):
		s.problem("name the directory itself", "source: %v", link)
		return
	case errors.Is(err, syscall.ENOTDIR):
		s.problem("name the directory", "source %q is not a directory", path)
		return
	case err != nil:
		fault("create it, or use -insist to wait for it", "source %q does not exist", path)
		if strings.HasPrefix(string(v), "~") {
			fault(tildeRemedy, "source %q does not exist", string(v))
		}
		if !errors.Is(err, os.ErrNotExist) {
			fault("check its permissions", "source: %v", err)
		}
		trail.Path = s.path
	case !readableDir(trail.Path):
		fault("let the user that runs lsyncgo read it, or run lsyncgo as another one", "source %q cannot be read by this user", path)
	}
	s.Sync.Table.RawSetString("source", glua.LString(values.WithSlash(trail.Path)))
}

// readableDir reports whether this user can list a directory; what cannot be told now is met when it is watched.
func readableDir(path string) bool {
	dir, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, fs.ErrPermission)
	}
	defer dir.Close()
	_, err = dir.Readdirnames(1) // some file systems refuse only this
	return !errors.Is(err, fs.ErrPermission)
}
