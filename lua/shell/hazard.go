package shell

import (
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Surroundings are what the danger of a command depends on besides its text.
type Surroundings struct {
	Variables    func(text string) []Variable // finds the variables of a text
	Trees        []string                     // directories in which others name files
	RemoteTarget bool                         // the variables that begin with the target name something on another host
}

// Hazard is a place where a name that others choose would be evaluated.
type Hazard struct {
	Text   string // what is dangerous
	Remedy string // the safe way to write it
}

// Check finds the hazards of a shell command. A text that no shell reads has none.
func Check(text string, around Surroundings) []Hazard {
	a := newAnalysis(around)
	a.first.foreign = slices.ContainsFunc(around.Variables(text), func(v Variable) bool { return v.Foreign })
	a.script(text, false)
	return *a.hazards
}

// CheckProgram does so for a program that is started without a shell, given with its arguments.
func CheckProgram(words []string, around Surroundings) []Hazard {
	a := newAnalysis(around)
	argv := make([]value, len(words))
	for i, word := range words {
		argv[i].constant = true
		a.text(&argv[i], word)
	}
	a.run(argv, false)
	return *a.hazards
}

// value is what is known of a word at the time when the command runs.
type value struct {
	text     string // as far as it is known, with the variables as they are written; each unknown part is a hole
	constant bool   // all of it is known
	foreign  bool   // it holds a name that others may have chosen, or something made of one
	relative bool   // such a name stands at its beginning, and may begin with a dash
	tree     bool   // it names a directory in which others name files
	variable string // the shell variable at its beginning, if its value is unknown
}

const hole = "\x00"

// shown is the text for messages.
func (v value) shown() string {
	const longest = 60
	text := strings.Join(strings.Fields(strings.ReplaceAll(v.text, hole, "...")), " ")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "..."
	}
	return `"` + text + `"`
}

// deepest bounds how many commands may be nested in strings.
const deepest = 5

// analysis follows values through one script. Order does not count: what a shell variable holds at one time it may hold
// at any. So scripts are read until nothing new comes up, and then once more, with ears open.
type analysis struct {
	around  Surroundings
	hazards *[]Hazard
	quiet   bool // hazards are not recorded, since not all is known yet
	changed bool
	depth   int

	variables map[string]value
	first     value           // $1 and all further ones
	zero      value           // $0
	files     map[string]bool // that foreign values were written into
	functions map[string]*function
}

// function is a shell function.
type function struct {
	input, output bool // foreign
}

func newAnalysis(around Surroundings) *analysis {
	return &analysis{
		around: around, hazards: new([]Hazard),
		variables: map[string]value{}, files: map[string]bool{}, functions: map[string]*function{},
	}
}

func (a *analysis) report(remedy, text string) {
	h := Hazard{text, remedy}
	if !a.quiet && !slices.Contains(*a.hazards, h) {
		*a.hazards = append(*a.hazards, h)
	}
}

// script reads a text as commands of this shell.
func (a *analysis) script(text string, input bool) {
	if a.depth >= deepest {
		return
	}
	readings, err := parse(text)
	if err != nil {
		return
	}
	a.depth++
	defer func() { a.depth-- }()
	for _, file := range readings {
		a.settle(file.Stmts, input)
	}
}

// settle reads statements until nothing new comes up.
func (a *analysis) settle(stmts []*syntax.Stmt, input bool) {
	outer, before := a.quiet, a.changed
	a.quiet = true
	for range 20 { // each round but the last finds a value that is foreign; longer chains are nobody's
		a.changed = false
		a.statements(stmts, input)
		if !a.changed {
			break
		}
	}
	a.quiet, a.changed = outer, before
	a.statements(stmts, input)
}

// inner reads a text as the commands of another shell on this machine, with the parameters $0, $1, ... given.
func (a *analysis) inner(text string, parameters []value, input bool) {
	b := *a
	b.variables, b.functions = maps.Clone(a.variables), map[string]*function{}
	b.zero, b.first = value{}, value{}
	for i, p := range parameters {
		if i == 0 {
			b.zero = p
		} else {
			b.first.foreign = b.first.foreign || p.foreign
			b.first.relative = b.first.relative || p.relative
		}
	}
	b.script(text, input)
	a.changed = a.changed || b.changed
}

// assign notes what a shell variable may hold.
func (a *analysis) assign(name string, v value) {
	old, known := a.variables[name]
	now := v
	if known {
		now = value{
			text: old.text, constant: old.constant && v.constant && old.text == v.text,
			foreign: old.foreign || v.foreign, relative: old.relative || v.relative, tree: old.tree || v.tree,
		}
		if !now.constant {
			now.text = hole
		}
	}
	if now != old || !known {
		a.variables[name] = now
		a.changed = true
	}
}

func (a *analysis) parameters(v value) {
	if v.foreign && !a.first.foreign || v.relative && !a.first.relative {
		a.first.foreign = a.first.foreign || v.foreign
		a.first.relative = a.first.relative || v.relative
		a.changed = true
	}
}

func (a *analysis) written(file string) {
	if !a.holds(file) && !strings.HasPrefix(file, "/dev/") {
		a.files[path.Clean(file)] = true
		a.changed = true
	}
}

// holds reports whether foreign values were written into a file.
func (a *analysis) holds(file string) bool { return file != "" && a.files[path.Clean(file)] }
