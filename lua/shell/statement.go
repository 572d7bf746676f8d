package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// statements reports whether their output may hold what others have chosen. input tells the same of what they read.
func (a *analysis) statements(list []*syntax.Stmt, input bool) (output bool) {
	for _, s := range list {
		output = a.statement(s, input) || output
	}
	return output
}

func (a *analysis) statement(s *syntax.Stmt, input bool) (output bool) {
	for _, r := range s.Redirs {
		input = a.source(r, input)
	}
	output = input && len(s.Redirs) > 0 // bash: $(<file) is what the file holds
	if s.Cmd != nil {
		output = a.command(s.Cmd, input)
	}
	for _, r := range s.Redirs {
		if r.N != nil && r.N.Value != "1" {
			continue
		}
		switch r.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			if file := a.word(r.Word); output && file.text != "" {
				a.written(file.text)
			}
			output = false
		case syntax.DplOut:
			output = false
		}
	}
	return output
}

// source tells what a command reads after a redirection.
func (a *analysis) source(r *syntax.Redirect, input bool) bool {
	if r.Hdoc != nil {
		v := a.word(r.Hdoc)
		return v.foreign
	}
	v := a.word(r.Word)
	if r.N != nil && r.N.Value != "0" {
		return input
	}
	switch r.Op {
	case syntax.RdrIn, syntax.RdrInOut, syntax.WordHdoc:
		return v.foreign || a.holds(v.text)
	}
	return input
}

func (a *analysis) command(c syntax.Command, input bool) (output bool) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		for _, x := range c.Assigns {
			a.assignment(x)
		}
		return a.run(a.words(c.Args), input)
	case *syntax.DeclClause:
		a.declaration(c)
	case *syntax.Block:
		return a.statements(c.Stmts, input)
	case *syntax.Subshell:
		return a.statements(c.Stmts, input)
	case *syntax.IfClause:
		return a.branches(c, input)
	case *syntax.WhileClause:
		return slices.Contains([]bool{a.statements(c.Cond, input), a.statements(c.Do, input)}, true)
	case *syntax.ForClause:
		return a.loop(c, input)
	case *syntax.CaseClause:
		return a.cases(c, input)
	case *syntax.BinaryCmd:
		left := a.statement(c.X, input)
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			return a.statement(c.Y, left)
		}
		return a.statement(c.Y, input) || left
	case *syntax.FuncDecl:
		a.define(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return a.statement(c.Stmt, input)
		}
	case *syntax.CoprocClause:
		return a.statement(c.Stmt, input)
	case *syntax.ArithmCmd:
		a.subscript(c.X)
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			a.arithmetic(x)
		}
	case *syntax.TestClause:
		a.test(c.X)
	}
	return false
}

func (a *analysis) branches(c *syntax.IfClause, input bool) (output bool) {
	for ; c != nil; c = c.Else {
		output = a.statements(c.Cond, input) || output
		output = a.statements(c.Then, input) || output
	}
	return output
}

func (a *analysis) loop(c *syntax.ForClause, input bool) bool {
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		for _, v := range a.words(l.Items) {
			a.assign(l.Name.Value, v)
		}
		if !l.InPos.IsValid() {
			a.assign(l.Name.Value, a.parameter("@"))
		}
	case *syntax.CStyleLoop:
		a.subscript(l.Init)
		a.subscript(l.Cond)
		a.subscript(l.Post)
	}
	return a.statements(c.Do, input)
}

func (a *analysis) cases(c *syntax.CaseClause, input bool) (output bool) {
	a.word(c.Word)
	for _, item := range c.Items {
		for _, pattern := range item.Patterns {
			a.word(pattern)
		}
		output = a.statements(item.Stmts, input) || output
	}
	return output
}

// define reads the body of a function, with what calls of it bring along.
func (a *analysis) define(c *syntax.FuncDecl) {
	if c.Name == nil {
		return
	}
	f := a.functions[c.Name.Value]
	if f == nil {
		f = &function{}
		a.functions[c.Name.Value] = f
		a.changed = true
	}
	if a.statement(c.Body, f.input) && !f.output {
		f.output, a.changed = true, true
	}
}

// call is that of a function.
func (a *analysis) call(f *function, args []value, input bool) (output bool) {
	for _, v := range args {
		a.parameters(v)
	}
	if input && !f.input {
		f.input, a.changed = true, true
	}
	return f.output
}

// programVariables name programs, or what programs run or load.
var programVariables = []string{
	"BASH_ENV", "ENV", "PROMPT_COMMAND", "PS0", "PS1", "PS2", "PS4", "SHELL", "PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PERL5LIB", "PERL5OPT",
	"PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "RUBYOPT", "RUBYLIB", "NODE_OPTIONS", "NODE_PATH", "LUA_INIT", "LUA_PATH", "LUA_CPATH", "GIT_SSH",
	"GIT_SSH_COMMAND", "GIT_EDITOR", "GIT_PAGER", "GIT_EXTERNAL_DIFF", "RSYNC_RSH", "RSYNC_CONNECT_PROG", "EDITOR", "VISUAL", "PAGER", "MANPAGER",
	"BROWSER", "LESSOPEN", "LESSCLOSE", "TAR_OPTIONS", "MAKEFLAGS", "AWKPATH",
}

func (a *analysis) assignment(x *syntax.Assign) {
	a.subscript(x.Index)
	v := a.word(x.Value)
	if x.Array != nil {
		for _, e := range x.Array.Elems {
			a.subscript(e.Index)
			more := a.word(e.Value)
			v.foreign, v.relative, v.constant = v.foreign || more.foreign, v.relative || more.relative, false
		}
	}
	if x.Name != nil {
		a.setVariable(x.Name.Value, v)
	}
}

func (a *analysis) setVariable(name string, v value) {
	if v.foreign && slices.Contains(programVariables, name) {
		a.report("set it to what nobody else can choose", name+" names what programs run, and gets "+v.shown()+", which holds a file's name")
	}
	a.assign(name, v)
}

// declaration is export, local, declare and the like, where bash reads them.
func (a *analysis) declaration(c *syntax.DeclClause) {
	var evaluates bool
	for _, x := range c.Args {
		if x.Name == nil && x.Value != nil {
			text, _ := literalOf(x.Value)
			evaluates = evaluates || strings.HasPrefix(text, "-") && strings.ContainsAny(text, "in")
			a.namesVariable(c.Variant.Value, a.word(x.Value))
			continue
		}
		if evaluates && x.Value != nil {
			if v := a.word(x.Value); v.foreign {
				a.evaluatesArithmetic(v)
			}
		}
		a.assignment(x)
	}
}

// namesVariable: bash evaluates the index in the name of a variable.
func (a *analysis) namesVariable(command string, v value) {
	if v.foreign && !constantName(v.text) {
		a.report("write the variable's name yourself", command+" takes "+v.shown()+" for the name of a shell variable, in which bash runs commands")
	}
}

// constantName reports whether a text of the form name=value has a constant name.
func constantName(text string) bool {
	name, _, found := strings.Cut(text, "=")
	return found && syntax.ValidName(name)
}

// test is [[ ]].
func (a *analysis) test(x syntax.TestExpr) {
	switch x := x.(type) {
	case *syntax.BinaryTest:
		if x.Op >= syntax.TsEql && x.Op <= syntax.TsGtr {
			for _, side := range []syntax.TestExpr{x.X, x.Y} {
				if w, ok := side.(*syntax.Word); ok {
					a.arithmetic(w)
				}
			}
			return
		}
		a.test(x.X)
		a.test(x.Y)
	case *syntax.UnaryTest:
		if w, ok := x.X.(*syntax.Word); ok && (x.Op == syntax.TsVarSet || x.Op == syntax.TsRefVar) {
			a.namesVariable("[[ "+x.Op.String(), a.word(w))
			return
		}
		a.test(x.X)
	case *syntax.ParenTest:
		a.test(x.X)
	case *syntax.Word:
		a.word(x)
	}
}
