package lua53

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

// assignment returns what to compile instead of s. gopher-lua evaluates the value for a local in that local's
// register, which is wrong in three cases.
//
// In a multiple assignment a later value may still need the old one: a, b = b, a sets both to b.
//
// In a single one to the last parameter, a call of which one result is wanted is set up in that register before its
// arguments are evaluated: s = (string.gsub(s, ...)) passes gsub to itself.
//
// In nested and and or, a condition that is stored there too soon: a = (b or 2) and a yields b.
func (f *fixer) assignment(s *ast.AssignStmt) ast.Stmt {
	names := 0
	lastParam := false
	for _, e := range s.Lhs {
		if name, ok := e.(*ast.IdentExpr); ok {
			names++
			lastParam = lastParam || name.Value == f.fn.lastParam
		}
	}
	onlyNames := names == len(s.Lhs)
	if len(s.Lhs) > 1 && names > 0 && !(onlyNames && len(s.Rhs) == 1) {
		return spread(s)
	}
	if lastParam && borrowsRegister(s) || names > 0 && hasNestedLogic(s.Rhs) {
		return spread(s)
	}
	return s
}

func hasNestedLogic(values []ast.Expr) bool {
	for _, e := range values {
		if e, ok := e.(*ast.LogicalOpExpr); ok {
			_, left := e.Lhs.(*ast.LogicalOpExpr)
			_, right := e.Rhs.(*ast.LogicalOpExpr)
			if left || right {
				return true
			}
		}
	}
	return false
}

// borrowsRegister tells whether a value of s might be computed by calls in the register of the name it is for.
func borrowsRegister(s *ast.AssignStmt) bool {
	last := len(s.Rhs) - 1
	for i, e := range s.Rhs {
		switch e := e.(type) {
		case *ast.LogicalOpExpr:
			return true
		case *ast.FuncCallExpr:
			if i == last && len(s.Rhs) >= len(s.Lhs) {
				e.AdjustRet = false // without parentheses it is right, and one result is taken anyway
			}
			if e.AdjustRet || i < last {
				return true
			}
		}
	}
	return false
}

// spread turns a, t[k] = x, y into
//
//	do local (1), (2), (3), (4) = t, k, x, y; (1)[(2)] = (4); a = (3) end
func spread(s *ast.AssignStmt) ast.Stmt {
	local := &ast.LocalAssignStmt{}
	hold := func(e ast.Expr) ast.Expr {
		local.Names = append(local.Names, fmt.Sprintf("(%d)", len(local.Names)+1))
		held := &ast.IdentExpr{Value: local.Names[len(local.Names)-1]}
		held.SetLine(s.Line())
		if e != nil {
			local.Exprs = append(local.Exprs, e)
		}
		return held
	}
	for _, e := range s.Lhs {
		if field, ok := e.(*ast.AttrGetExpr); ok {
			field.Object = hold(field.Object)
			if _, ok := field.Key.(ast.ConstExpr); !ok {
				field.Key = hold(field.Key)
			}
		}
	}
	local.Exprs = append(local.Exprs, s.Rhs...)
	values := make([]ast.Expr, len(s.Lhs))
	for i := range values {
		values[i] = hold(nil)
	}
	stmts := []ast.Stmt{local}
	for i := len(values) - 1; i >= 0; i-- { // from the right, as C Lua does
		stmts = append(stmts, &ast.AssignStmt{Lhs: s.Lhs[i : i+1], Rhs: values[i : i+1]})
	}
	block := &ast.DoBlockStmt{Stmts: stmts}
	for _, n := range append(stmts, block) {
		n.SetLine(s.Line())
		n.SetLastLine(s.LastLine())
	}
	return block
}
