package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lsyncgo/lua/lua53"
	"lsyncgo/lua/problem"
)

// Note says what a config gets otherwise than from Lsyncd. It is no fault.
type Note struct {
	Name   string // short name of the difference
	Spots  []Spot // where it applies, in the order of the config
	Text   string
	Remedy string // how to have it as it was, or what to do about it; may be empty
}

// Spot is a place in a config that a note is about.
type Spot struct {
	Sync string // name of the sync, "" for settings
	File string
	Line int // of the key, else of the call; 0 if not known
}

// Notes returns what behaves differently from Lsyncd with this config, each
// difference with all places that it applies to. It reads the config's files again, for
// the lines of keys.
func (r *Config) Notes() []Note {
	n := notes{r: r, outlines: map[string]*lua53.Outline{}}
	for i := range syncDifferences {
		d := &syncDifferences[i]
		for _, s := range r.definitions {
			if d.events && r.settings.resolved.OnePass {
				continue
			}
			if text := d.text(s); text != "" {
				n.add(d.name, text, d.remedy, n.spot(s, d.keys))
			}
		}
	}
	for i := range settingDifferences {
		d := &settingDifferences[i]
		if text := d.text(r); text != "" {
			n.add(d.name, text, d.remedy, n.setting(d.keys))
		}
	}
	return n.list
}

// notes gathers them.
type notes struct {
	r        *Config
	list     []Note
	outlines map[string]*lua53.Outline // by file
}

func (n *notes) add(name, text, remedy string, spot Spot) {
	for i := range n.list {
		if x := &n.list[i]; x.Name == name && x.Text == text {
			x.Spots = append(x.Spots, spot)
			return
		}
	}
	n.list = append(n.list, Note{Name: name, Text: text, Remedy: remedy, Spots: []Spot{spot}})
}

// spot is the line of the first of the keys that the config writes for the sync, else that of the sync.
func (n *notes) spot(s *Definition, keys []string) Spot {
	p := problem.At(s.Place, s.Name, "", "")
	return Spot{s.Name, n.r.shown(p.File), n.line(p, "sync", keys)}
}

// setting is the same for settings.
func (n *notes) setting(keys []string) Spot {
	for _, key := range keys {
		if place := n.r.settings.places[key]; place != "" {
			p := problem.At(place, "", "", "")
			return Spot{File: n.r.shown(p.File), Line: n.line(p, "settings", []string{key})}
		}
	}
	return Spot{File: cmp.Or(n.r.o.Config, "command line")}
}

func (n *notes) line(p problem.Problem, function string, keys []string) int {
	o := n.outlines[p.File]
	if o == nil {
		src, err := n.r.Reread(p.File)
		if err != nil { // the command line, or text given to load
			src = nil
		}
		o = lua53.NewOutline(src)
		n.outlines[p.File] = o
	}
	for _, key := range keys {
		if line := o.Key(function, p.Line, strings.Split(key, ".")...); line > 0 {
			return line
		}
	}
	return p.Line
}

// shown is the name of a file as the user gave it.
func (r *Config) shown(file string) string {
	if r.o.Config != "" && file == r.Anchored(r.o.Config) {
		return r.o.Config
	}
	return file
}

// mostNames and mostLines bound what a note names; the rest is only counted.
const mostNames, mostLines = 4, 8

// String returns the note as one line: "Sync1, Sync2 (web.lua:3, :9): text (remedy)".
func (n Note) String() string {
	line := fmt.Sprintf("%s (%s): %s", n.subject(), n.places(), n.Text)
	if n.Remedy != "" {
		line += " (" + n.Remedy + ")"
	}
	return problem.OneLine(line)
}

func (n Note) subject() string {
	var names []string
	for _, s := range n.Spots {
		switch {
		case s.Sync != "":
			names = append(names, s.Sync)
		case s.Line > 0:
			names = append(names, "settings")
		default:
			names = append(names, "the daemon")
		}
	}
	if more := len(names) - mostNames; more > 1 {
		names = append(names[:mostNames], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

func (n Note) places() string {
	var list, seen []string
	for i, s := range n.Spots {
		line := ""
		if s.Line > 0 {
			line = ":" + strconv.Itoa(s.Line)
		}
		if slices.Contains(seen, s.File+line) {
			continue
		}
		seen = append(seen, s.File+line)
		if i == 0 || s.File != n.Spots[i-1].File {
			line = s.File + line
		}
		list = append(list, line)
	}
	if len(list) > mostLines {
		list = append(list[:mostLines], "...")
	}
	return strings.Join(list, ", ")
}
