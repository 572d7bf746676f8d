package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// walk calls f for every node with all nodes above it, the file first.
func walk(root syntax.Node, f func(node syntax.Node, above []syntax.Node)) {
	var above []syntax.Node
	syntax.Walk(root, func(node syntax.Node) bool {
		if node == nil {
			above = above[:len(above)-1]
			return true
		}
		f(node, above)
		above = append(above, node)
		return true
	})
}

// spot is the innermost node that holds a variable, and those above it.
type spot struct {
	node   syntax.Node
	above  []syntax.Node
	length int
}

// find sets the style of every variable.
func (q *quoter) find(file *syntax.File) error {
	q.styles = make([]style, len(q.variables))
	spots := make([]spot, len(q.variables))
	walk(file, func(node syntax.Node, above []syntax.Node) {
		if changesParameters(node) {
			q.named = true
		}
		// Not by descending into what holds a variable: a here-document lies outside of the command that it belongs to.
		start, end := int(node.Pos().Offset()), int(node.End().Offset())
		for i, v := range q.variables {
			if start <= v.Start && v.End <= end && (spots[i].node == nil || end-start <= spots[i].length) {
				spots[i] = spot{node, slices.Clone(above), end - start}
			}
		}
	})
	for i := range q.variables {
		if spots[i].node == nil {
			return q.refuse(i, "where no shell has text", "put it into a word")
		}
		s, place, remedy := q.style(i, spots[i])
		if s == unfound {
			return q.refuse(i, place, remedy)
		}
		q.styles[i] = s
	}
	return nil
}

// changesParameters reports whether $1 may be something else after or within a command.
func changesParameters(node syntax.Node) bool {
	switch node := node.(type) {
	case *syntax.FuncDecl:
		return true
	case *syntax.CallExpr:
		for _, word := range node.Args {
			switch name, static := literalOf(word); {
			case !static:
				return true
			case name == "command" || name == "builtin":
				continue
			default:
				return slices.Contains([]string{"set", "shift", "eval", ".", "source", "alias"}, name)
			}
		}
	}
	return false
}

const (
	aShellVariable = "write f=^path first, on a line of its own, and then \"$f\""
	aNumber        = "let a command compare numbers, such as [ \"$n\" -gt 5 ]; bash runs what a name holds there"
	nowhere        = "where no value can be"
	dollarParens   = "write $( ) in place of the backquotes"
)

// style decides how a variable is quoted; without a way it says where it stands, and what to write instead.
func (q *quoter) style(i int, at spot) (s style, place, remedy string) {
	v := q.variables[i]
	switch node := at.node.(type) {
	case *syntax.Comment:
		return literal, "", ""
	case *syntax.SglQuoted:
		if node.Dollar {
			return unfound, "within $'...'", "write '...' or \"...\""
		}
		s = single
	case *syntax.Lit:
		s, place, remedy = q.unquoted(node, at.above)
	default:
		place, remedy = arithmetic(append(at.above, at.node))
	}
	if s == unfound {
		return s, place, remedy
	}
	if place, remedy = q.backquoted(at.above); place != "" {
		return unfound, place, remedy
	}
	if s == single {
		return s, "", ""
	}
	before := q.text[:v.Start]
	backslashes := len(before) - len(strings.TrimRight(before, `\`))
	if backslashes%2 == 1 {
		return unfound, "after a backslash", "write two backslashes for one, or none"
	}
	if bare, ok := strings.CutSuffix(before, "$"); ok && (len(bare)-len(strings.TrimRight(bare, `\`)))%2 == 0 {
		return unfound, "after a dollar sign", `write \$ for a dollar sign, or none`
	}
	return s, "", ""
}

// unquoted is for literal text, which may still be within double quotes, a here-document or an expansion.
func (q *quoter) unquoted(lit *syntax.Lit, above []syntax.Node) (s style, place, remedy string) {
	if place, remedy := arithmetic(above); place != nowhere {
		return unfound, place, remedy
	}
	s = plain
	for i := len(above) - 1; i >= 0; i-- {
		switch node := above[i].(type) {
		case *syntax.Word:
			continue
		case *syntax.DblQuoted:
			if node.Dollar {
				return unfound, `within $"..."`, `write "..."`
			}
			return braces, "", ""
		case *syntax.ParamExp:
			pattern, fault := expansion(node, lit)
			if fault != "" {
				return unfound, fault, aShellVariable
			}
			if pattern {
				if inHereDocument(above[:i]) {
					return unfound, "within a pattern in a here-document", aShellVariable
				}
				return plain, "", ""
			}
			continue // within double quotes it is quoted by these
		case *syntax.Redirect:
			return redirected(node, above[i+1:], s)
		case *syntax.Assign:
			if node.Name == lit {
				return unfound, "in the name of a shell variable", aShellVariable
			}
		case *syntax.FuncDecl, *syntax.WordIter, *syntax.ExtGlob, *syntax.DeclClause:
			if len(above) == i+1 { // no word between
				return unfound, nowhere, aShellVariable
			}
		}
		return s, "", ""
	}
	return s, "", ""
}

// expansion tells of a word within ${...} whether it is a pattern, or why no value can be there.
func expansion(p *syntax.ParamExp, lit *syntax.Lit) (pattern bool, fault string) {
	if p.Exp == nil || p.Param == lit || p.Repl != nil || p.Slice != nil {
		return false, "within ${...}"
	}
	switch p.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return true, ""
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull,
		syntax.ErrorUnset, syntax.ErrorUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return false, ""
	}
	return false, "within ${...}"
}

func inHereDocument(above []syntax.Node) bool {
	for i := len(above) - 1; i >= 0; i-- {
		switch node := above[i].(type) {
		case *syntax.Redirect:
			return node.Hdoc != nil
		case *syntax.Stmt:
			return false
		}
	}
	return false
}

// redirected is for a word of a redirection, below which stand the nodes given.
func redirected(r *syntax.Redirect, below []syntax.Node, s style) (style, string, string) {
	if r.Op != syntax.Hdoc && r.Op != syntax.DashHdoc {
		if len(below) == 0 {
			return unfound, nowhere, aShellVariable
		}
		return s, "", ""
	}
	if len(below) == 0 || below[0] != syntax.Node(r.Hdoc) {
		return unfound, "in the end mark of a here-document", "choose another mark"
	}
	if constantHereDocument(r) {
		mark, _ := literalOf(r.Word)
		return unfound, "in a here-document whose end mark is quoted, where the shell replaces nothing",
			fmt.Sprintf("write <<%s without quotes", mark)
	}
	return braces, "", ""
}

// constantHereDocument reports whether the end mark is quoted, so that nothing is expanded.
func constantHereDocument(r *syntax.Redirect) bool {
	for _, part := range r.Word.Parts {
		if lit, ok := part.(*syntax.Lit); !ok || strings.Contains(lit.Value, `\`) {
			return true
		}
	}
	return false
}

// arithmetic looks upwards for what evaluates text that is not in a command of its own.
func arithmetic(above []syntax.Node) (place, remedy string) {
	for i := len(above) - 1; i >= 0; i-- {
		switch node := above[i].(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.Stmt:
			return nowhere, aShellVariable
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop, *syntax.BinaryArithm, *syntax.UnaryArithm, *syntax.ParenArithm:
			return "within arithmetic", aNumber
		case *syntax.Assign:
			if node.Index != nil && slices.Contains(above[i+1:], syntax.Node(node.Index)) {
				return "within an array index", aNumber
			}
		case *syntax.ParamExp:
			if node.Index != nil || node.Slice != nil {
				return "within ${...}", aShellVariable
			}
		case *syntax.BinaryTest:
			if node.Op >= syntax.TsEql && node.Op <= syntax.TsGtr {
				return "beside " + node.Op.String() + " within [[ ]]", aNumber
			}
		case *syntax.UnaryTest:
			if node.Op == syntax.TsVarSet || node.Op == syntax.TsRefVar {
				return "after " + node.Op.String() + " within [[ ]]", "[ -n \"$f\" ] tells whether text is there"
			}
		}
	}
	return nowhere, aShellVariable
}

// backquoted: what stands within backquotes loses a level of backslashes first.
func (q *quoter) backquoted(above []syntax.Node) (place, remedy string) {
	levels := 0
	for _, node := range above {
		c, ok := node.(*syntax.CmdSubst)
		if !ok || !c.Backquotes {
			continue
		}
		levels++
		if levels > 1 {
			return "within backquotes in backquotes", dollarParens
		}
		if strings.Contains(q.text[c.Left.Offset():c.Right.Offset()], `\`) {
			return "within backquotes that also hold a backslash", dollarParens
		}
	}
	return "", ""
}

// literalOf returns the text of a word without quotes, if it is constant.
func literalOf(word *syntax.Word) (text string, static bool) {
	var b strings.Builder
	if !literalParts(&b, word.Parts, false) {
		return "", false
	}
	return b.String(), true
}

func literalParts(b *strings.Builder, parts []syntax.WordPart, inQuotes bool) bool {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescaped(part.Value, inQuotes))
		case *syntax.SglQuoted:
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			if !literalParts(b, part.Parts, true) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// unescaped removes backslashes as the shell does.
func unescaped(text string, inQuotes bool) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			if next := text[i+1]; !inQuotes || strings.IndexByte("$`\"\\\n", next) >= 0 {
				i++
				if next == '\n' {
					continue
				}
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
