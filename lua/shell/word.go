package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// word tells what a word may become. Commands within it are looked at, too.
func (a *analysis) word(w *syntax.Word) value {
	v := value{constant: true}
	if w == nil {
		return v
	}
	if globs := a.parts(&v, w.Parts, false); globs && a.inTrees(v.text) {
		v.foreign = true
		v.relative = v.relative || !strings.ContainsAny(v.text[:1], "/^"+hole)
	}
	return v
}

// parts adds the parts of a word, and reports whether some of them are patterns for names.
func (a *analysis) parts(v *value, parts []syntax.WordPart, inQuotes bool) (globs bool) {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			a.text(v, unescaped(part.Value, inQuotes))
			globs = globs || !inQuotes && (strings.ContainsAny(part.Value, "*?") || strings.Contains(part.Value, "[") && strings.Contains(part.Value, "]"))
		case *syntax.SglQuoted:
			a.text(v, part.Value)
		case *syntax.DblQuoted:
			a.parts(v, part.Parts, true)
		case *syntax.ParamExp:
			a.expansion(v, part)
		case *syntax.CmdSubst:
			a.substitution(v, part)
		case *syntax.ProcSubst:
			// The other way round, what is written to it is its input.
			if out := a.statements(part.Stmts, part.Op == syntax.CmdOut && a.anyForeign()); part.Op == syntax.CmdIn {
				v.add(value{text: hole, foreign: out})
			} else {
				v.add(value{text: hole})
			}
		case *syntax.ArithmExp:
			a.arithmetic(part.X)
			v.add(value{text: hole})
		case *syntax.ExtGlob:
			v.add(value{text: hole})
			globs = true
		}
	}
	return globs
}

// anyForeign reports whether anything here is chosen by others.
func (a *analysis) anyForeign() bool {
	if a.first.foreign || a.zero.foreign {
		return true
	}
	for _, v := range a.variables {
		if v.foreign {
			return true
		}
	}
	return len(a.files) > 0
}

// add appends what an expansion gives.
func (v *value) add(more value) {
	if v.text == "" {
		v.relative = more.relative
		v.variable = more.variable
	}
	v.text += more.text
	v.constant = v.constant && more.constant
	v.foreign = v.foreign || more.foreign
	v.tree = v.tree || more.tree
}

// text appends constant text, in which the variables stand.
func (a *analysis) text(v *value, text string) {
	more := value{text: text, constant: true}
	for _, x := range a.around.Variables(text) {
		more.foreign = more.foreign || x.Foreign
		more.tree = more.tree || !x.Foreign
		more.relative = more.relative || x.Relative && x.Start == 0
	}
	v.add(more)
}

// inTrees reports whether others may name files where a path or a pattern looks.
func (a *analysis) inTrees(text string) bool {
	if !strings.HasPrefix(text, "/") {
		return true
	}
	if at := strings.IndexAny(text, "*?["+hole); at >= 0 {
		text = text[:at]
	}
	return slices.ContainsFunc(a.around.Trees, func(tree string) bool {
		tree = strings.TrimRight(tree, "/") + "/"
		return tree != "/" && (strings.HasPrefix(text+"/", tree) || strings.HasPrefix(tree, text))
	})
}

// expansion is $name and its relatives.
func (a *analysis) expansion(v *value, p *syntax.ParamExp) {
	a.subscript(p.Index)
	if p.Slice != nil {
		a.subscript(p.Slice.Offset)
		a.subscript(p.Slice.Length)
	}
	if p.Param == nil || p.Length {
		v.add(value{text: hole})
		return
	}
	name := p.Param.Value
	x := a.parameter(name)
	if p.Excl && x.foreign {
		a.report("use the value itself", "${!"+name+"} evaluates what a file's name says")
	}
	if p.Repl != nil {
		orig, with := a.word(p.Repl.Orig), a.word(p.Repl.With)
		x = value{text: hole, foreign: x.foreign || orig.foreign || with.foreign, relative: x.foreign}
	}
	if p.Slice != nil {
		x = value{text: hole, foreign: x.foreign, relative: x.foreign}
	}
	if p.Exp != nil {
		x = a.operator(name, x, p.Exp)
	}
	v.add(x)
}

// operator is what ${name OPERATOR word} makes of the parameter x.
func (a *analysis) operator(name string, x value, e *syntax.Expansion) value {
	word := a.word(e.Word)
	switch e.Op {
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		a.assign(name, word)
		fallthrough
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		both := value{text: hole, foreign: x.foreign || word.foreign, relative: x.relative || word.relative, tree: x.tree || word.tree}
		if x.variable != "" && word.constant { // nobody has set it here: the default counts
			both.text = word.text
		}
		return both
	case syntax.OtherParamOps:
		if e.Word != nil && word.text == "P" && x.foreign {
			a.report("use the value itself", "${"+name+"@P} evaluates what a file's name says")
		}
	}
	return value{text: hole, foreign: x.foreign, relative: x.foreign} // a part of it, which may begin anywhere
}

func (a *analysis) parameter(name string) value {
	switch {
	case strings.Contains("?#$!-", name):
		return value{text: hole}
	case name == "0":
		return value{text: hole, foreign: a.zero.foreign, relative: a.zero.relative, variable: "0"}
	case name == "@" || name == "*" || name[0] >= '1' && name[0] <= '9':
		return value{text: hole, foreign: a.first.foreign, relative: a.first.relative}
	}
	v, known := a.variables[name]
	switch {
	case !known:
		return value{text: hole, variable: name}
	case !v.constant && v.text == "":
		v.text = hole
	}
	return v
}

// substitution is $(command).
func (a *analysis) substitution(v *value, c *syntax.CmdSubst) {
	more := value{text: hole, foreign: a.statements(c.Stmts, false)}
	if len(c.Stmts) == 1 {
		if call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr); ok {
			argv := a.words(call.Args)
			name := programName(argv)
			more.relative = more.foreign && name == "basename"
			last := value{}
			if len(argv) > 1 {
				last = argv[len(argv)-1]
			}
			if found := name == "which" || name == "command" || name == "type"; found && last.constant {
				more.text = last.text
			}
		}
	}
	v.add(more)
}

// words are the arguments that words become. An unquoted variable of known value is split.
func (a *analysis) words(list []*syntax.Word) (argv []value) {
	for _, w := range list {
		v := a.word(w)
		if len(w.Parts) == 1 && v.constant && !v.foreign {
			if _, bare := w.Parts[0].(*syntax.ParamExp); bare {
				for _, field := range strings.Fields(v.text) {
					argv = append(argv, value{text: field, constant: true, tree: v.tree})
				}
				continue
			}
		}
		argv = append(argv, v)
	}
	return argv
}

// subscript is arithmetic that may be missing.
func (a *analysis) subscript(x syntax.ArithmExpr) {
	if x != nil {
		a.arithmetic(x)
	}
}

// arithmetic is evaluated by bash and ksh: what a variable holds is an expression again, and may hold $(command).
func (a *analysis) arithmetic(x syntax.ArithmExpr) {
	switch x := x.(type) {
	case *syntax.BinaryArithm:
		a.arithmetic(x.X)
		a.arithmetic(x.Y)
	case *syntax.UnaryArithm:
		a.arithmetic(x.X)
	case *syntax.ParenArithm:
		a.arithmetic(x.X)
	case *syntax.Word:
		v := a.word(x)
		if v.foreign || a.variables[v.text].foreign {
			a.evaluatesArithmetic(v)
		}
	}
}

func (a *analysis) evaluatesArithmetic(v value) {
	a.report(`let [ compare numbers, and make them by commands that print nothing else, such as stat -c %s`,
		"arithmetic with "+v.shown()+": bash runs commands that a file's name holds there")
}

// programName is the name of the program that argv starts, without its directory and version; "" if it is unknown.
func programName(argv []value) string {
	if len(argv) == 0 {
		return ""
	}
	program := argv[0]
	text := program.text
	if !program.constant {
		if text != hole || program.variable == "" {
			text = strings.ReplaceAll(path.Base(text), hole, "")
			return versionless(text)
		}
		return byVariable(program.variable)
	}
	return versionless(path.Base(text))
}

func versionless(name string) string {
	if short := strings.TrimRight(name, "0123456789.-"); short != "" {
		return short
	}
	return name
}

// byVariable guesses the program that a variable of the environment names: SSH, RSYNC_RSH, PYTHON.
func byVariable(name string) string {
	words := strings.Split(strings.ToLower(name), "_")
	has := func(word string) bool { return slices.Contains(words, word) }
	switch {
	case has("ssh"), has("rsh"), has("remote") && (has("shell") || has("sh")):
		return "ssh"
	case has("shell"), name == "0":
		return "sh"
	}
	for _, word := range words {
		_, wrapper := wrappers[word]
		_, interpreter := interpreters[word]
		if wrapper || interpreter || isShell(word) || slices.Contains([]string{"awk", "sed", "xargs", "find", "rsync", "scp"}, word) {
			return word
		}
	}
	return ""
}
