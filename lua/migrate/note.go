package migrate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lsyncgo/lua/config"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/problem"
)

// Note says what a config gets otherwise than from Lsyncd. It is no fault.
type Note struct {
	Name      string     // that of the Difference
	Locations []Location // where it applies, in the order of the config
	Text      string
	Remedy    string // how to have it as it was, or what to do about it; may be empty
}

// Location is a place in a config that a note is about.
type Location struct {
	Sync string // name of the sync, "" for settings
	File string
	Line int // of the key, else of the call; 0 if not known
}

// Notes returns what behaves differently from Lsyncd with this config, each difference with all places that it applies to. It
// reads the config's files again, for the lines of keys. choose says which monitor would watch a source for which none is
// named, and why; nil: the ones of a local directory.
func Notes(c *config.Config, choose func(source string) (name, why string)) []Note {
	n := notes{config: c, outlines: map[string]*lua53.Outline{}}
	for i := range Table {
		d := &Table[i]
		switch {
		case d.applies == nil, d.Running && c.Settings().OnePass:
		case d.Once:
			n.ask(d, subject{config: c})
		default:
			for _, s := range c.Definitions() {
				n.ask(d, subject{s, c, choose})
			}
		}
	}
	return n.list
}

// notes gathers them.
type notes struct {
	config   *config.Config
	list     []Note
	outlines map[string]*lua53.Outline // by file
}

// ask adds a note if the difference applies. Notes that say the same are one.
func (n *notes) ask(d *Difference, s subject) {
	applies, values := d.applies(s)
	if !applies {
		return
	}
	text, at := d.text(values), n.location(d.Keys, s)
	for i := range n.list {
		if x := &n.list[i]; x.Name == d.Name && x.Text == text {
			x.Locations = append(x.Locations, at)
			return
		}
	}
	n.list = append(n.list, Note{Name: d.Name, Text: text, Remedy: d.Remedy, Locations: []Location{at}})
}

// text is what a note says; the values go to the texts in order.
func (d *Difference) text(values []any) string {
	text := d.Now + "; Lsyncd " + d.Lsyncd
	if len(values) > 0 {
		text = fmt.Sprintf(text, values...)
	}
	return strings.ReplaceAll(text, "`", "")
}

// location is the line of the first of the keys that the config writes for the sync or for settings, else that of the sync.
func (n *notes) location(keys []string, s subject) Location {
	if s.Definition != nil {
		p := problem.At(s.Sync.Place, s.Sync.Name, "", "")
		return Location{s.Sync.Name, n.config.Shown(p.File), n.line(p, "sync", keys)}
	}
	for _, key := range keys {
		if _, place := n.config.Setting(key); place != "" {
			p := problem.At(place, "", "", "")
			return Location{File: n.config.Shown(p.File), Line: n.line(p, "settings", []string{key})}
		}
	}
	return Location{File: cmp.Or(n.config.Path(), "command line")}
}

func (n *notes) line(p problem.Problem, function string, keys []string) int {
	o := n.outlines[p.File]
	if o == nil {
		src, err := n.config.Scripts.Reread(p.File)
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

// mostNames and mostLines bound what a note names; the rest is only counted.
const mostNames, mostLines = 4, 8

// String returns the note as one line: "Sync1, Sync2 (web.lua:3, :9): text (remedy)".
func (n Note) String() string {
	line := fmt.Sprintf("%s (%s): %s", n.subject(), n.places(), n.Text)
	if n.Remedy != "" {
		line += " (" + n.Remedy + ")"
	}
	return line
}

func (n Note) subject() string {
	var names []string
	for _, l := range n.Locations {
		switch {
		case l.Sync != "":
			names = append(names, l.Sync)
		case l.Line > 0:
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
	for i, l := range n.Locations {
		line := ""
		if l.Line > 0 {
			line = ":" + strconv.Itoa(l.Line)
		}
		if slices.Contains(seen, l.File+line) {
			continue
		}
		seen = append(seen, l.File+line)
		if i == 0 || l.File != n.Locations[i-1].File {
			line = l.File + line
		}
		list = append(list, line)
	}
	if len(list) > mostLines {
		list = append(list[:mostLines], "...")
	}
	return strings.Join(list, ", ")
}
