package lua

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/root"
)

// homeRemedy is about paths that a shell would have made another one of.
const homeRemedy = `nothing expands a ~ here: write the absolute path, or os.getenv("HOME") .. "/..."`

// checkSource makes the source absolute, with symlinks resolved and one trailing slash.
func (s *script) checkSource() {
	v, ok := s.table.RawGetString("source").(glua.LString)
	if !ok || v == "" {
		if given, _ := s.r.given(s.given, "source", 0); given == glua.LNil || ok { // else its type is wrong
			s.problem("add source = \"/directory\"", "source is missing")
		}
		return
	}
	path := s.r.anchored(string(v))
	fault := func(remedy, format string, args ...any) {
		p := at(s.place, s.name, remedy, format, args...)
		s.sourceFault = &p
	}
	if s.misled(path) {
		return
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		fault("create it, or use -insist to wait for it", "source %q does not exist", path)
		if strings.HasPrefix(string(v), "~") {
			fault(homeRemedy, "source %q does not exist", string(v))
		}
		if !errors.Is(err, os.ErrNotExist) {
			fault("check its permissions", "source: %v", err)
		}
		resolved = filepath.Clean(path)
	} else if info, err := os.Stat(resolved); err != nil || !info.IsDir() {
		s.problem("name the directory", "source %q is not a directory", path)
		return
	}
	s.table.RawSetString("source", glua.LString(withSlash(resolved)))
}

// misled refuses a source that a link of another user leads to. The path that is kept has no links any more, so that it would not be
// noticed later.
func (s *script) misled(path string) bool {
	dir, err := root.Open(path)
	if err != nil {
		var link *root.LinkError
		if errors.As(err, &link) {
			s.problem("name the directory itself", "source: %v", link)
		}
		return link != nil
	}
	defer dir.Close()
	is, err := root.Of(dir)
	straight, err2 := filepath.EvalSymlinks(path)
	if err == nil && err2 == nil && root.Here(straight, is) != nil {
		s.problem("load it again", "source %q was replaced meanwhile", path)
		return true
	}
	return false
}
