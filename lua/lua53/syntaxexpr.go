package lua53

import "github.com/yuin/gopher-lua/ast"

func (f *fixer) exprs(list []ast.Expr) {
	for i, e := range list {
		list[i] = f.expr(e)
	}
}

// expr fixes an expression and returns what to put in its place.
func (f *fixer) expr(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.AttrGetExpr:
		e.Object, e.Key = f.expr(e.Object), f.expr(e.Key)
	case *ast.TableExpr:
		for _, field := range e.Fields {
			field.Key, field.Value = f.expr(field.Key), f.expr(field.Value)
			if field.Key != nil {
				oneValue(field.Value)
			}
		}
	case *ast.FuncCallExpr:
		e.Func, e.Receiver = f.expr(e.Func), f.expr(e.Receiver)
		f.exprs(e.Args)
	case *ast.LogicalOpExpr:
		e.Lhs, e.Rhs = f.expr(e.Lhs), f.expr(e.Rhs)
		return foldLogic(e)
	case *ast.RelationalOpExpr:
		e.Lhs, e.Rhs = f.expr(e.Lhs), f.expr(e.Rhs)
	case *ast.ArithmeticOpExpr:
		e.Lhs, e.Rhs = f.expr(e.Lhs), f.expr(e.Rhs)
	case *ast.UnaryMinusOpExpr:
		e.Expr = f.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		e.Expr = f.expr(e.Expr)
		return foldNot(e)
	case *ast.UnaryLenOpExpr:
		e.Expr = f.expr(e.Expr)
	case *ast.FunctionExpr:
		f.function(e)
	case *ast.StringConcatOpExpr:
		return f.concat(e)
	}
	return e
}

// constant tells whether e is one, and if so whether it counts as true.
func constant(e ast.Expr) (truth, ok bool) {
	switch e.(type) {
	case *ast.NilExpr, *ast.FalseExpr:
		return false, true
	case ast.ConstExpr:
		return true, true
	}
	return false, false
}

func foldNot(e *ast.UnaryNotOpExpr) ast.Expr {
	truth, ok := constant(e.Expr)
	if !ok {
		return e
	}
	var folded ast.Expr = &ast.TrueExpr{}
	if truth {
		folded = &ast.FalseExpr{}
	}
	folded.SetLine(e.Line())
	return folded
}

// foldLogic decides and and or with a constant on the left. "nil or function" stays: package translate wrote it to keep a local out of the function's scope.
func foldLogic(e *ast.LogicalOpExpr) ast.Expr {
	truth, ok := constant(e.Lhs)
	if !ok {
		return e
	}
	if truth == (e.Operator == "or") {
		return e.Lhs
	}
	if _, ok := e.Rhs.(*ast.FunctionExpr); ok {
		return e
	}
	return truncate(e.Rhs)
}

// concatMethod is the name under which numbers have the concatenation of their arguments as a method.
const concatMethod = ".."

// concatWidth bounds the operands of one call: a function has 250 registers for everything.
const concatWidth = 50

// concat turns a .. b .. c into 0:[".."](a, b, c). A number is the receiver because its metatable, unlike that of
// strings, is out of reach of scripts.
func (f *fixer) concat(e *ast.StringConcatOpExpr) ast.Expr {
	var operands []ast.Expr
	var rest ast.Expr = e
	for len(operands) < concatWidth {
		c, ok := rest.(*ast.StringConcatOpExpr)
		if !ok {
			break
		}
		operands = append(operands, f.single(c.Lhs))
		rest = c.Rhs
	}
	operands = append(operands, f.single(rest))
	receiver := &ast.NumberExpr{Value: "0"}
	receiver.SetLine(e.Line())
	call := &ast.FuncCallExpr{Receiver: receiver, Method: concatMethod, Args: operands, AdjustRet: true}
	call.SetLine(e.Line())
	call.SetLastLine(e.Line())
	return call
}

// single fixes an operand that is to yield one value.
func (f *fixer) single(e ast.Expr) ast.Expr { return truncate(f.expr(e)) }

// truncate makes a call or ... yield one value wherever it is put.
func truncate(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		e.AdjustRet = true
	case *ast.Comma3Expr:
		e.AdjustRet = true
	}
	return e
}

// oneValue marks a call or ... as if it stood in parentheses. gopher-lua takes one that is the value of the
// last key of a table for the rest of its array.
func oneValue(e ast.Expr) {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		e.AdjustRet = true
	case *ast.Comma3Expr:
		e.AdjustRet = true
	}
}
