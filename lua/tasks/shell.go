package tasks

import (
	"errors"
	"path"
	"regexp"
	"strconv"
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
	"lsyncgo/lua/shell"
	"lsyncgo/lua/values"
)

// placeholders are the words that a command may have in braces, with what they stand for.
var placeholders = map[string]func(e *event.Raw) string{
	"maskname":     func(e *event.Raw) string { return e.Mask.String() },
	"mask":         func(e *event.Raw) string { return strconv.FormatUint(uint64(e.Mask), 10) },
	"path":         func(e *event.Raw) string { return e.Path },
	"name":         func(e *event.Raw) string { return e.Name },
	"pathname":     func(e *event.Raw) string { return e.Pathname() },
	"src_pathname": func(e *event.Raw) string { return e.Source },
	"isdir":        func(e *event.Raw) string { return strconv.FormatBool(e.IsDir) },
	"cookie":       func(e *event.Raw) string { return strconv.FormatUint(uint64(e.Cookie), 10) },
	"watch":        func(e *event.Raw) string { return e.Watch },
}

var braced = regexp.MustCompile(`\{[a-z_]+\}`)

// placeholdersIn finds the placeholders of a text. What is a parameter of the shell's own, as ${path}, is none, nor is a word that
// is not known.
func placeholdersIn(text string) (list []shell.Variable) {
	for _, at := range braced.FindAllStringIndex(text, -1) {
		name := text[at[0]+1 : at[1]-1]
		if placeholders[name] == nil || at[0] > 0 && text[at[0]-1] == '$' {
			continue
		}
		list = append(list, shell.Variable{Start: at[0], End: at[1], Value: name,
			Foreign: strings.HasSuffix(name, "name") && name != "maskname" || name == "path", Relative: name == "name"})
	}
	return list
}

// readCommand makes the command of scheduler.shell{}.
func (s *Schedulers) readCommand(d *definition) {
	text := d.given.cmd
	if values.HasZero(text) {
		s.problem(d, "", "cmd holds a zero byte, which no program can get")
		return
	}
	command, fields, err := shell.Quote(text, placeholdersIn(text))
	var place *shell.PlaceError
	switch {
	case errors.As(err, &place):
		s.problem(d, place.Remedy, "cmd: %v", err)
		return
	case err != nil:
		s.problem(d, "", "cmd: %v", err)
		return
	}
	for _, h := range shell.Check(text, shell.Surroundings{Variables: placeholdersIn}) {
		if d.given.unsafeShell {
			s.warn(d, "unsafeShell allows it; "+h.Remedy, "cmd: %s", h.Text)
		} else {
			s.problem(d, h.Remedy+"; or unsafeShell = true, if all who can name files there may run commands here", "cmd: %s", h.Text)
		}
	}
	s.checkPrograms(d, text)
	d.config.Job = &shellJob{base{s, d}, command, fields}
}

// checkPrograms tells of programs that are not there. One that is named by its path at the beginning makes the command useless. Others may be
// meant to be missing, or are in the PATH of the service that will run this.
func (s *Schedulers) checkPrograms(d *definition, text string) {
	list, err := shell.Mentions(text)
	if err != nil {
		s.problem(d, "", "cmd: %v", err)
		return
	}
	for _, m := range list {
		_, err := process.Find(m.Name)
		switch {
		case err == nil:
		case m.First && path.IsAbs(m.Name):
			s.problem(d, "", "cmd: %v", err)
		default:
			s.warn(d, "", "cmd: %v", err)
		}
	}
}
