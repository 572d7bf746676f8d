package initsystem

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Service is what an init system is to run.
type Service struct {
	Name    string // of the service, without any suffix
	Config  string // absolute path of the config
	Program string // absolute path of the program
}

// validName reports whether both systemd and OpenRC take a name for a service; systemd's limit for a unit with its suffix is 255 bytes.
func validName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isWord(c) && (i == 0 || c != '.' && c != '-') {
			return false
		}
	}
	return name != "" && len(name) <= 200
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// NameFor is the name that the service of a config has unless another is chosen: lsyncgo-web for web.lua, web.conf.lua and
// web.conf. The error asks for a name where the config's own cannot be part of one.
func NameFor(config string) (string, error) {
	base := filepath.Base(config)
	for _, suffix := range []string{".lua", ".conf"} {
		base = strings.TrimSuffix(base, suffix)
	}
	name := "lsyncgo-" + base
	if !validName(base) || !validName(name) {
		return "", fmt.Errorf("no service can be named after %q; choose a name with -name NAME", filepath.Base(config))
	}
	return name, nil
}

// validate refuses what cannot be written in a service file.
func (s Service) validate() error {
	if !validName(s.Name) {
		return fmt.Errorf("%q cannot be the name of a service: letters, digits, \".\", \"_\" and \"-\", at most 200, and a letter or digit first", s.Name)
	}
	if strings.HasSuffix(s.Name, ".service") {
		return fmt.Errorf("the name of a service is written without .service: %s", strings.TrimSuffix(s.Name, ".service"))
	}
	for what, path := range map[string]string{"config": s.Config, "program": s.Program} {
		if !filepath.IsAbs(path) {
			return fmt.Errorf("the path of the %s, %q, is not absolute", what, path)
		}
		if !utf8.ValidString(path) || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("no service file can name the %s %q: it has control characters or is no UTF-8; rename it", what, path)
		}
		if strings.HasSuffix(path, `\`) || strings.TrimSpace(path) != path {
			return fmt.Errorf("no service file can name the %s %q: it ends in a space or a backslash; rename it", what, path)
		}
	}
	return nil
}

// errProgram is why a program cannot be run by OpenRC, which splits its path at spaces and evaluates it.
var errProgram = errors.New("OpenRC runs no program whose path has anything but letters, digits and /._+- in it; install lsyncgo elsewhere")

var plainPath = regexp.MustCompile(`^[A-Za-z0-9/._+-]+$`)
