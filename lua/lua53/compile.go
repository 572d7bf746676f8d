package lua53

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"

	"lsyncgo/lua/lua53/translate"
)

// SyntaxError is a source that cannot be run.
type SyntaxError struct {
	Name string // chunk name, usually a file
	Line int    // from 1
	Msg  string // what is wrong and, for what this Lua lacks, what to write instead
	Near string // source text at the fault, may be empty
}

func (e *SyntaxError) Error() string {
	switch e.Near {
	case "":
		return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Msg)
	case "<eof>":
		return fmt.Sprintf("%s:%d: %s near <eof>", e.Name, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s:%d: %s near '%s'", e.Name, e.Line, e.Msg, e.Near)
}

// Compile translates Lua 5.3 source into a function prototype. name is shown in errors. A first line that starts with
// # is skipped. The error is a *SyntaxError.
func Compile(name string, src []byte) (proto *glua.FunctionProto, err error) {
	defer func() {
		if r := recover(); r != nil {
			proto, err = nil, &SyntaxError{Name: name, Line: 1, Msg: fmt.Sprintf("internal error of the compiler, please report it: %v", r)}
		}
	}()
	text, unbalanced, err := translate.Source(src)
	var fault *translate.Error
	if errors.As(err, &fault) {
		return nil, &SyntaxError{name, fault.Line, fault.Msg, fault.Near}
	}
	chunk, err := parse.Parse(bytes.NewReader(text), name)
	if err != nil {
		return nil, parseError(name, text, unbalanced, err)
	}
	return compile(name, chunk)
}

// CompilePlain is Compile for a source that needs no translation: one that is Lua 5.1 as well, with the same meaning.
func CompilePlain(name string, src []byte) (*glua.FunctionProto, error) {
	chunk, err := parse.Parse(bytes.NewReader(src), name)
	if err != nil {
		return nil, parseError(name, src, nil, err)
	}
	return compile(name, chunk)
}

func parseError(name string, text []byte, unbalanced *translate.Error, err error) *SyntaxError {
	var pe *parse.Error
	if !errors.As(err, &pe) {
		return &SyntaxError{Name: name, Line: 1, Msg: err.Error()}
	}
	line, near := pe.Pos.Line, pe.Token
	if line == parse.EOF {
		line, near = 1+bytes.Count(text, []byte("\n")), "<eof>"
	}
	if unbalanced != nil && unbalanced.Line <= line {
		return &SyntaxError{name, unbalanced.Line, unbalanced.Msg, unbalanced.Near}
	}
	return &SyntaxError{name, line, pe.Message, near}
}

func compile(name string, chunk []ast.Stmt) (proto *glua.FunctionProto, err error) {
	fix := &fixer{name: name}
	defer func() {
		if r := recover(); r != nil {
			fault, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			proto, err = nil, fault
		}
	}()
	proto, err = glua.Compile(fix.chunk(chunk), name)
	if err != nil {
		return nil, compileError(name, err, fix.jumps)
	}
	patch(proto, fix.jumps)
	return proto, nil
}

func compileError(name string, err error, jumps []jump) *SyntaxError {
	var ce *glua.CompileError
	if !errors.As(err, &ce) {
		return &SyntaxError{Name: name, Line: 1, Msg: err.Error()}
	}
	return &SyntaxError{Name: name, Line: max(realLine(ce.Line, jumps), 1), Msg: strings.TrimSpace(ce.Message)}
}

func realLine(line int, jumps []jump) int {
	if line >= jumpLine && line-jumpLine < len(jumps) {
		return jumps[line-jumpLine].line
	}
	return line
}

// unnamedCall is the name of a function in a call that has none, such as f()().
const unnamedCall = "(call)"

// patch gives the OP_CLOSE of each goto its register and its instructions their line.
func patch(proto *glua.FunctionProto, jumps []jump) {
	const (
		opShift = 26
		aShift  = 18
		aMask   = 0xff << aShift
	)
	for pc, line := range proto.DbgSourcePositions {
		if line < jumpLine {
			continue
		}
		j := jumps[line-jumpLine]
		proto.DbgSourcePositions[pc] = j.line
		if inst := proto.Code[pc]; int(inst>>opShift) == glua.OP_CLOSE {
			proto.Code[pc] = inst&^aMask | uint32(j.keep)<<aShift
		}
	}
	for i := range proto.DbgCalls {
		if c := &proto.DbgCalls[i]; c.Name == "?" {
			c.Name = unnamedCall // or it could not be told from no call, see canYield
		}
	}
	for _, inner := range proto.FunctionPrototypes {
		patch(inner, jumps)
	}
}

// LoadFile compiles the file path into a function of L. A fault of the source is a *SyntaxError.
func LoadFile(L *glua.LState, path string) (*glua.LFunction, error) {
	limiter := LimiterOf(L)
	src, err := limiter.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load %w", err)
	}
	proto, err := limiter.compile(path, src)
	if err != nil {
		return nil, err
	}
	return L.NewFunctionFromProto(proto), nil
}
