package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Mention is a program that a command names.
type Mention struct {
	Name  string // a path, or a name that the shell looks up in PATH
	First bool   // the command begins with it, so that it is run whatever happens
}

// builtins are what dash or bash do themselves.
var builtins = strings.Fields(`. : [ alias bg bind break builtin caller cd chdir command compgen complete compopt continue declare dirs disown echo enable eval exec
	exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift
	shopt source suspend test times trap true type typeset ulimit umask unalias unset wait`)

// Mentions lists the programs that a shell command names, each once. What shows only when the command runs is left out: names from
// variables, relative paths, and all if the command sets PATH or defines aliases. The error is a *SyntaxError.
func Mentions(text string) (list []Mention, err error) {
	readings, err := parse(text)
	if err != nil {
		return nil, err
	}
	open := false
	own := slices.Clone(builtins)
	for node := range nodes(readings[0]) {
		switch node := node.(type) {
		case *syntax.FuncDecl:
			own = append(own, node.Name.Value)
		case *syntax.Assign:
			open = open || node.Name != nil && node.Name.Value == "PATH"
		case *syntax.CallExpr:
			open = open || len(node.Args) > 0 && node.Args[0].Lit() == "alias"
		}
	}
	if open {
		return nil, nil
	}
	for node := range nodes(readings[0]) {
		call, ok := node.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			continue
		}
		name := call.Args[0].Lit() // "" if it is not all literal
		if name == "" || strings.ContainsAny(name, `\{*?[`) || strings.Contains(name, "/") && !path.IsAbs(name) || slices.Contains(own, name) {
			continue
		}
		m := Mention{name, strings.TrimSpace(text[:call.Args[0].Pos().Offset()]) == ""}
		if !slices.ContainsFunc(list, func(o Mention) bool { return o.Name == name }) {
			list = append(list, m)
		}
	}
	return list, nil
}

// nodes are all of a script, in the order of the text.
func nodes(file *syntax.File) func(yield func(syntax.Node) bool) {
	return func(yield func(syntax.Node) bool) {
		more := true
		syntax.Walk(file, func(n syntax.Node) bool {
			more = more && (n == nil || yield(n))
			return more
		})
	}
}
