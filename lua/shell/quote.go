package shell

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Variable is a place in a text that a value goes to.
type Variable struct {
	Start, End int    // the bytes of the text that it stands in
	Value      string // what identifies the value: the same for the same
	Foreign    bool   // the value holds a name that others may have chosen
	Relative   bool   // the value can begin with a dash
}

// PlaceError tells that no quotes make a value data where a variable stands.
type PlaceError struct {
	Variable string // as it is written
	Line     int    // of the text, from 1
	Place    string // "within arithmetic"
	Remedy   string
}

func (e *PlaceError) Error() string {
	line := ""
	if e.Line > 1 {
		line = fmt.Sprintf(" in line %d of it", e.Line)
	}
	return fmt.Sprintf("%s stands %s%s", e.Variable, e.Place, line)
}

// SyntaxError tells that no shell reads the text.
type SyntaxError struct {
	Line, Column int // from 1; bytes
	Text         string
}

func (e *SyntaxError) Error() string {
	place := fmt.Sprintf("at its byte %d", e.Column)
	if e.Line > 1 {
		place = fmt.Sprintf("in its line %d, byte %d", e.Line, e.Column)
	}
	return fmt.Sprintf("the shell cannot read the command, %s: %s", place, e.Text)
}

// Quote returns text with each of the variables, which are in the order of the text, replaced by a quoted parameter,
// and the values that the parameters $1, $2, ... have to get. The errors are *SyntaxError and *PlaceError.
//
// sh is dash on one machine and bash on another. A text that POSIX does not know is read as bash does; where both can
// read it, both have to agree on every place.
func Quote(text string, variables []Variable) (command string, values []string, err error) {
	if len(variables) == 0 {
		return text, nil, nil
	}
	readings, err := parse(text)
	if err != nil {
		return "", nil, misplaced(text, variables, err)
	}
	var q quoter
	for i, file := range readings {
		other := quoter{text: text, variables: variables}
		if err := other.find(file); err != nil {
			return "", nil, err
		}
		if i > 0 {
			if err := q.agree(&other); err != nil {
				return "", nil, err
			}
		}
		q = other
	}
	q.write()
	return q.command.String(), q.values, q.verify()
}

// dialects that sh may be, the strict one first.
var dialects = []syntax.LangVariant{syntax.LangPOSIX, syntax.LangBash}

// parse returns how the shells read a text, at least one of them.
func parse(text string) (readings []*syntax.File, err error) {
	for _, dialect := range dialects {
		parser := syntax.NewParser(syntax.Variant(dialect), syntax.KeepComments(true))
		file, fault := parser.Parse(strings.NewReader(text), "")
		if fault != nil {
			err = fault
			continue
		}
		readings = append(readings, file)
	}
	if len(readings) > 0 {
		return readings, nil
	}
	return nil, syntaxError(err)
}

func syntaxError(err error) error {
	var fault syntax.ParseError
	if errors.As(err, &fault) {
		return &SyntaxError{Line: int(fault.Pos.Line()), Column: int(fault.Pos.Col()), Text: fault.Text}
	}
	var language syntax.LangError
	if errors.As(err, &language) {
		return &SyntaxError{Line: int(language.Pos.Line()), Column: int(language.Pos.Col()), Text: language.Feature + " is not known to sh and bash"}
	}
	return &SyntaxError{Line: 1, Column: 1, Text: err.Error()}
}

// misplaced looks whether a text cannot be read because of where a variable stands: with a word in its place it can.
func misplaced(text string, variables []Variable, fault error) error {
	words := []byte(text)
	for _, v := range variables {
		for i := v.Start; i < v.End; i++ {
			words[i] = 'x'
		}
	}
	readings, err := parse(string(words))
	if err != nil {
		return fault
	}
	q := quoter{text: text, variables: variables}
	if err := q.find(readings[0]); err != nil {
		return err
	}
	return fault
}

// style is how a parameter is written.
type style int

const (
	unfound style = iota
	literal       // in a comment: the text stays
	plain         // "$1"
	single        // '"$1"', within single quotes
	braces        // ${1}, within double quotes and here-documents
)

// quoter replaces the variables of one text.
type quoter struct {
	text      string
	variables []Variable
	styles    []style
	named     bool // positional parameters change in the command: their first values are kept in shell variables

	command strings.Builder
	values  []string
	dollars map[int]string // where in the command a parameter begins, and its name
}

// agree demands that another reading has every variable in the same place.
func (q *quoter) agree(other *quoter) error {
	for i := range q.styles {
		if q.styles[i] != other.styles[i] {
			return q.refuse(i, "where one shell sees quotes and another does not", "write it for sh, without what only bash knows")
		}
	}
	other.named = other.named || q.named
	return nil
}

func (q *quoter) refuse(i int, place, remedy string) error {
	v := q.variables[i]
	return &PlaceError{
		Variable: q.text[v.Start:v.End], Line: 1 + strings.Count(q.text[:v.Start], "\n"), Place: place, Remedy: remedy,
	}
}

// write makes the command.
func (q *quoter) write() {
	prefix := "lsyncgo_"
	for strings.Contains(q.text, prefix) {
		prefix += "_"
	}
	var body strings.Builder
	number := map[string]int{}
	at := 0
	type insertion struct {
		at   int
		name string
	}
	var inserted []insertion
	for i, v := range q.variables {
		body.WriteString(q.text[at:v.Start])
		at = v.End
		if q.styles[i] == literal {
			body.WriteString(q.text[v.Start:v.End])
			continue
		}
		n, known := number[v.Value]
		if !known {
			q.values = append(q.values, v.Value)
			n = len(q.values)
			number[v.Value] = n
		}
		name := strconv.Itoa(n)
		if q.named {
			name = prefix + name
		}
		parameter := q.styles[i].parameter(name)
		inserted = append(inserted, insertion{body.Len() + strings.IndexByte(parameter, '$'), name})
		body.WriteString(parameter)
	}
	body.WriteString(q.text[at:])
	if q.named {
		for i := range q.values {
			fmt.Fprintf(&q.command, "%s%d=%s; ", prefix, i+1, braced(strconv.Itoa(i+1)))
		}
	}
	q.dollars = map[int]string{}
	for _, x := range inserted {
		q.dollars[q.command.Len()+x.at] = x.name
	}
	q.command.WriteString(body.String())
}

func (s style) parameter(name string) string {
	short := "$" + name
	if len(name) > 1 {
		short = braced(name)
	}
	switch s {
	case single:
		return `'"` + short + `"'`
	case braces:
		return braced(name)
	}
	return `"` + short + `"`
}

func braced(name string) string { return "${" + name + "}" }

// verify reads the command again and looks whether each parameter is one, and quoted.
func (q *quoter) verify() error {
	readings, err := parse(q.command.String())
	if err != nil {
		return err
	}
	for _, file := range readings {
		found := map[int]bool{}
		fault := ""
		walk(file, func(node syntax.Node, above []syntax.Node) {
			p, ok := node.(*syntax.ParamExp)
			if !ok || p.Param == nil || q.dollars[int(p.Dollar.Offset())] != p.Param.Value {
				return
			}
			if p.Exp == nil && p.Index == nil && !p.Excl && !p.Length && quoted(above) {
				found[int(p.Dollar.Offset())] = true
			}
			// What bash could not read before, as x[^path]=1, it can now.
			if place, _ := arithmetic(above); place != nowhere {
				fault = place
			}
		})
		if fault != "" {
			return q.refuse(0, fault, aNumber)
		}
		if len(found) != len(q.dollars) {
			return &SyntaxError{Line: 1, Column: 1, Text: "its variables cannot be quoted"}
		}
	}
	return nil
}

// quoted reports whether what stands below these nodes is within double quotes or a here-document of its own command.
func quoted(above []syntax.Node) bool {
	for i := len(above) - 1; i >= 0; i-- {
		switch node := above[i].(type) {
		case *syntax.DblQuoted:
			return !node.Dollar
		case *syntax.Redirect:
			return node.Hdoc != nil
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.Stmt:
			return false
		}
	}
	return false
}
