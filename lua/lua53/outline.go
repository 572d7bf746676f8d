package lua53

import (
	"bytes"
	"reflect"

	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"

	"lsyncgo/lua/lua53/translate"
)

// Outline knows on which lines of a source the keys of its tables are written. A table that
// runs has forgotten that.
type Outline struct {
	calls []*ast.FuncCallExpr
	named map[string]*ast.TableExpr // what a variable was set to last
}

// NewOutline reads a source. One that cannot be parsed has no keys.
func NewOutline(src []byte) *Outline {
	o := &Outline{named: map[string]*ast.TableExpr{}}
	text, _, err := translate.Source(src)
	if err != nil {
		return o
	}
	chunk, err := parse.Parse(bytes.NewReader(text), "")
	if err != nil {
		return o
	}
	visit(reflect.ValueOf(chunk), o.note)
	return o
}

// visit shows every node of a syntax tree to see.
func visit(v reflect.Value, see func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		visit(v.Elem(), see)
	case reflect.Pointer:
		if !v.IsNil() {
			see(v.Interface())
			visit(v.Elem(), see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), see)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				visit(v.Field(i), see)
			}
		}
	}
}

func (o *Outline) note(node any) {
	switch n := node.(type) {
	case *ast.FuncCallExpr:
		o.calls = append(o.calls, n)
	case *ast.LocalAssignStmt:
		for i, name := range n.Names {
			o.name(name, n.Exprs, i)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if v, ok := left.(*ast.IdentExpr); ok {
				o.name(v.Value, n.Rhs, i)
			}
		}
	}
}

func (o *Outline) name(name string, values []ast.Expr, i int) {
	if i < len(values) {
		if t, ok := values[i].(*ast.TableExpr); ok {
			o.named[name] = t
		}
	}
}

// Key returns the line on which the table given to the call of function at line sets a key, path being
// the names that lead to it. The key may stand in a table that this one inherits: one in its array part,
// written there or named. Without the last names of path it is the line of the rest. 0: not found.
func (o *Outline) Key(function string, line int, path ...string) int {
	for _, c := range o.calls {
		called, ok := c.Func.(*ast.IdentExpr)
		if !ok || called.Value != function || c.Line() != line || len(c.Args) == 0 {
			continue
		}
		if n := o.find(c.Args[0], path, 0); n > 0 {
			return n
		}
	}
	return 0
}

// maxInherited bounds how deep Key looks; a table can be named within itself.
const maxInherited = 20

func (o *Outline) find(e ast.Expr, path []string, depth int) int {
	t := o.table(e)
	if t == nil || depth > maxInherited {
		return 0
	}
	for _, f := range t.Fields {
		key, ok := f.Key.(*ast.StringExpr)
		if !ok || key.Value != path[0] {
			continue
		}
		if len(path) > 1 {
			if n := o.find(f.Value, path[1:], depth+1); n > 0 {
				return n
			}
		}
		return key.Line()
	}
	for _, f := range t.Fields {
		if f.Key == nil {
			if n := o.find(f.Value, path, depth+1); n > 0 {
				return n
			}
		}
	}
	return 0
}

func (o *Outline) table(e ast.Expr) *ast.TableExpr {
	switch e := e.(type) {
	case *ast.TableExpr:
		return e
	case *ast.IdentExpr:
		return o.named[e.Value]
	}
	return nil
}
