package lua53

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

// fixer walks a syntax tree and repairs what gopher-lua 1.1.2 compiles wrongly.
//
// Upvalues: a closure that outlives a jump must get the last value of each captured local whose scope the jump
// leaves, and keep sharing the others. gopher-lua's goto closes all of the function's upvalues or none, and break
// forgets those of inner blocks. The fixer counts registers, so that the right OP_CLOSE can be put in afterwards:
// see jump and patch.
//
// Assignments to locals: see assignment.
//
// Constant conditions: gopher-lua shortens a jump that leads to a jump, but takes the target of one it has
// shortened before for a label, so that a loop whose body begins with "if false then" goes astray. The fixer decides
// constant conditions itself; no other loop that comes round begins with a jump.
//
// Concatenation: the .. instruction formats numbers its own way (0.1+0.2 as 0.30000000000000004, infinity as
// +Inf). The fixer turns it into a method call of a number, see concatMethod.
type fixer struct {
	name  string
	fn    *function
	jumps []jump
}

// jump is a goto of the tree. While the tree is compiled its line is jumpLine plus its index, which marks its
// instructions.
type jump struct {
	line int // where it really is
	keep int // how many registers of the function remain in scope at its target
}

// jumpLine is above the line numbers of any source.
const jumpLine = 1 << 30

// function is the one being walked.
type function struct {
	outer     *function
	block     *block
	lastParam string
	closures  int // functions seen inside so far
}

// block is a scope. The compiler gives its locals consecutive registers, beginning at base.
type block struct {
	outer    *block
	base     int
	active   int // registers in use now
	labels   map[string]int
	pending  []pending
	loop     bool
	closures int // the function's count at its start
}

// pending is a goto whose label has not been seen.
type pending struct {
	label  string
	index  int // in fixer.jumps
	active int // registers in use at the goto, or at the end of the blocks it has left
}

func (f *fixer) fail(line int, format string, args ...any) {
	panic(&SyntaxError{Name: f.name, Line: line, Msg: fmt.Sprintf(format, args...)})
}

// chunk fixes a whole file. Its main function declares no parameters.
func (f *fixer) chunk(stmts []ast.Stmt) []ast.Stmt { return f.body(stmts, nil, 0) }

// body fixes the statements of a function that starts with its params and some more registers in use.
func (f *fixer) body(stmts []ast.Stmt, params []string, more int) []ast.Stmt {
	f.fn = &function{outer: f.fn}
	if len(params) > 0 {
		f.fn.lastParam = params[len(params)-1]
	}
	f.enter(false)
	f.fn.block.active = len(params) + more
	stmts = f.stmts(stmts, false)
	for _, p := range f.fn.block.pending {
		f.fail(f.jumps[p.index].line, "no visible label '%s' for <goto> at line %d", p.label, f.jumps[p.index].line)
	}
	f.fn = f.fn.outer
	return stmts
}

func (f *fixer) enter(loop bool) {
	b := &block{outer: f.fn.block, labels: map[string]int{}, loop: loop, closures: f.fn.closures}
	if b.outer != nil {
		b.base = b.outer.active
	}
	b.active = b.base
	f.fn.block = b
}

func (f *fixer) leave() {
	b := f.fn.block
	for _, p := range b.pending {
		p.active = min(p.active, b.base)
		b.outer.pending = append(b.outer.pending, p)
	}
	f.fn.block = b.outer
}

// scope fixes the statements of an inner block whose first locals, such as those of a for, take extra registers.
func (f *fixer) scope(stmts []ast.Stmt, loop bool, extra int) []ast.Stmt {
	f.enter(loop)
	f.fn.block.active += extra
	stmts = f.stmts(stmts, false)
	f.leave()
	return stmts
}

func (f *fixer) stmts(stmts []ast.Stmt, untilFollows bool) []ast.Stmt {
	out := make([]ast.Stmt, 0, len(stmts))
	for i, s := range stmts {
		switch s := s.(type) {
		case *ast.LabelStmt:
			f.label(s, !untilFollows && onlyLabels(stmts[i:]))
		case *ast.BreakStmt:
			out = f.closeBeforeBreak(out, s)
		default:
			f.stmt(s)
		}
		out = append(out, f.replace(s))
	}
	return out
}

// replace returns what to compile instead of s, which is fixed within.
func (f *fixer) replace(s ast.Stmt) ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return f.assignment(s)
	case *ast.IfStmt:
		return foldIf(s)
	case *ast.WhileStmt:
		if truth, ok := constant(s.Condition); ok && !truth {
			return &ast.DoBlockStmt{}
		}
	}
	return s
}

// foldIf decides an if with a constant condition.
func foldIf(s *ast.IfStmt) ast.Stmt {
	truth, ok := constant(s.Condition)
	if !ok {
		return s
	}
	block := &ast.DoBlockStmt{Stmts: s.Else}
	if truth {
		block.Stmts = s.Then
	}
	block.SetLine(s.Line())
	block.SetLastLine(s.LastLine())
	return block
}

func onlyLabels(stmts []ast.Stmt) bool {
	for _, s := range stmts {
		if _, ok := s.(*ast.LabelStmt); !ok {
			return false
		}
	}
	return true
}

func (f *fixer) stmt(s ast.Stmt) {
	b := f.fn.block
	switch s := s.(type) {
	case *ast.AssignStmt:
		f.exprs(s.Lhs)
		f.exprs(s.Rhs)
	case *ast.LocalAssignStmt:
		f.exprs(s.Exprs)
		b.active += len(s.Names)
	case *ast.FuncCallStmt:
		s.Expr = f.expr(s.Expr)
	case *ast.DoBlockStmt:
		s.Stmts = f.scope(s.Stmts, false, 0)
	case *ast.WhileStmt:
		s.Condition = f.expr(s.Condition)
		s.Stmts = f.scope(s.Stmts, true, 0)
	case *ast.RepeatStmt:
		f.enter(true)
		s.Stmts = f.stmts(s.Stmts, true)
		s.Condition = f.expr(s.Condition)
		f.leave()
	case *ast.IfStmt:
		s.Condition = f.expr(s.Condition)
		s.Then = f.scope(s.Then, false, 0)
		s.Else = f.scope(s.Else, false, 0)
	case *ast.NumberForStmt:
		s.Init, s.Limit, s.Step = f.expr(s.Init), f.expr(s.Limit), f.expr(s.Step)
		s.Stmts = f.scope(s.Stmts, true, 4) // index, limit, step and the variable
	case *ast.GenericForStmt:
		f.exprs(s.Exprs)
		s.Stmts = f.scope(s.Stmts, true, 3+len(s.Names)) // generator, state, control
	case *ast.FuncDefStmt:
		f.funcDef(s)
	case *ast.ReturnStmt:
		f.exprs(s.Exprs)
	case *ast.GotoStmt:
		f.jumpTo(s)
	}
}

func (f *fixer) funcDef(s *ast.FuncDefStmt) {
	if s.Name.Func == nil {
		s.Name.Receiver = f.expr(s.Name.Receiver)
		f.function(s.Func, "self")
	} else {
		s.Name.Func = f.expr(s.Name.Func)
		f.function(s.Func)
	}
}

func (f *fixer) function(e *ast.FunctionExpr, implicit ...string) {
	more := 0
	if e.ParList.HasVargs {
		more = 1 // "arg" of Lua 5.0
	}
	f.fn.closures++
	e.Stmts = f.body(e.Stmts, append(implicit, e.ParList.Names...), more)
}

// label resolves the gotos that wait for it. At the end of a block the block's locals are out of scope already.
func (f *fixer) label(s *ast.LabelStmt, last bool) {
	b := f.fn.block
	active := b.active
	if last {
		active = b.base
		if b.outer == nil {
			active = 0
		}
	}
	if _, ok := b.labels[s.Name]; ok {
		f.fail(s.Line(), "label '%s' already defined", s.Name)
	}
	b.labels[s.Name] = active
	rest := b.pending[:0]
	for _, p := range b.pending {
		switch {
		case p.label != s.Name:
			rest = append(rest, p)
		case p.active < active:
			f.fail(f.jumps[p.index].line, "goto '%s' jumps into the scope of a local", s.Name)
		default:
			f.jumps[p.index].keep = active
		}
	}
	b.pending = rest
}

func (f *fixer) jumpTo(s *ast.GotoStmt) {
	index := f.mark(s)
	for b := f.fn.block; b != nil; b = b.outer {
		if active, ok := b.labels[s.Label]; ok {
			f.jumps[index].keep = active
			return
		}
	}
	b := f.fn.block
	b.pending = append(b.pending, pending{s.Label, index, b.active})
}

func (f *fixer) mark(s *ast.GotoStmt) (index int) {
	f.jumps = append(f.jumps, jump{line: s.Line()})
	s.SetLastLine(s.Line()) // from which that of the chunk is derived
	s.SetLine(jumpLine + len(f.jumps) - 1)
	return len(f.jumps) - 1
}

// closeBeforeBreak adds, if the loop may have closures, a goto to the next statement: for the sake of the OP_CLOSE
// that comes with it.
func (f *fixer) closeBeforeBreak(out []ast.Stmt, s *ast.BreakStmt) []ast.Stmt {
	loop := f.fn.block
	for loop != nil && !loop.loop {
		loop = loop.outer
	}
	if loop == nil {
		f.fail(s.Line(), "break outside a loop")
	}
	if loop.closures == f.fn.closures {
		return out
	}
	g := &ast.GotoStmt{Label: fmt.Sprintf("(break %d)", len(f.jumps))}
	g.SetLine(s.Line())
	index := f.mark(g)
	f.jumps[index].keep = loop.base
	l := &ast.LabelStmt{Name: g.Label}
	l.SetLine(s.Line())
	return append(out, g, l)
}
