package config

import (
	"errors"
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/address"
	"lsyncgo/lua/api"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/shell"
	"lsyncgo/lua/values"
)

// compileStrings turns onX = "command" into functions.
func (s *Definition) compileStrings() {
	for _, key := range handlers {
		text, ok := s.Key(key).(glua.LString)
		if !ok {
			continue
		}
		fn, err := s.compileString(key, string(text))
		var place *shell.PlaceError
		switch {
		case errors.As(err, &place):
			s.problem(place.Remedy, "%s: %v", key, err)
		case err != nil:
			s.problem("", "%s: %v", key, err)
		default:
			s.Sync.Table.RawSetString(key, fn)
		}
	}
}

func (s *Definition) compileString(key, text string) (*glua.LFunction, error) {
	source, err := s.generate(key, text)
	if err != nil {
		return nil, err
	}
	s.r.Scripts.Log.Log("FWrite", s.Sync.Name, ": ", key, " = ", source)
	proto, err := lua53.Compile(s.Sync.Name+"."+key, []byte("return "+source))
	if err != nil {
		return nil, fmt.Errorf("compile what was generated for %q: %w", text, err)
	}
	if err := s.r.Scripts.Call("", s.r.Scripts.L.NewFunctionFromProto(proto), 1); err != nil {
		return nil, err
	}
	fn, ok := s.r.Scripts.L.Get(-1).(*glua.LFunction)
	s.r.Scripts.L.Pop(1)
	if !ok {
		return nil, fmt.Errorf("compile what was generated for %q: no function", text)
	}
	return fn, nil
}

// generate writes the Lua function of a layer 3 string.
func (s *Definition) generate(key, text string) (string, error) {
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		return "", fmt.Errorf("the command is empty")
	case strings.Contains(text, "\x00"):
		return "", fmt.Errorf("the command holds a zero byte, which no program can get")
	case strings.HasPrefix(trimmed, "^/"):
		return s.generateShell(key, trimmed[1:])
	case strings.HasPrefix(trimmed, "/"):
		return s.generateBinary(key, trimmed)
	}
	return s.generateShell(key, text)
}

// generateBinary: the words of the text are program and arguments.
func (s *Definition) generateBinary(key, text string) (string, error) {
	words := values.SplitQuoted(text)
	args := make([]string, len(words))
	for i, word := range words {
		variables, err := variablesOf(word)
		if err != nil {
			return "", err
		}
		var exprs []string
		end := 0
		for _, v := range variables {
			if v.Start > end {
				exprs = append(exprs, luaQuote(word[end:v.Start]))
			}
			exprs = append(exprs, v.Value)
			end = v.End
		}
		if end < len(word) || len(variables) == 0 {
			exprs = append(exprs, luaQuote(word[end:]))
		}
		args[i] = strings.Join(exprs, " .. ")
	}
	s.hazards(key, shell.CheckProgram(words, s.surroundings()))
	// In a table, since a first argument '<' would announce the input, and a file may have that name.
	return fmt.Sprintf("function(event, event2)\n  spawn(event, %s, { %s })\nend", args[0], strings.Join(args[1:], ", ")), nil
}

// generateShell: each variable becomes a positional parameter, quoted as its
// place in the command needs it.
func (s *Definition) generateShell(key, text string) (string, error) {
	variables, err := variablesOf(text)
	if err != nil {
		return "", err
	}
	command, args, err := shell.Quote(text, variables)
	if err != nil {
		return "", err
	}
	s.hazards(key, shell.Check(text, s.surroundings()))
	call := append([]string{"event", luaQuote(command)}, args...)
	return "function(event, event2)\n  spawnShell(" + strings.Join(call, ", ") + ")\nend", nil
}

// surroundings is what the danger of a command depends on besides its text.
func (s *Definition) surroundings() shell.Surroundings {
	target := s.Sync.StringKey("target")
	return shell.Surroundings{
		Variables: func(text string) []shell.Variable {
			variables, _ := variablesOf(text) // the text has been read before without an error
			return variables
		},
		Trees:        []string{s.Sync.StringKey("source"), target},
		RemoteTarget: address.Remote(target),
	}
}

// hazards refuses a command that has somebody evaluate the names of files; with unsafeShell it warns.
func (s *Definition) hazards(key string, list []shell.Hazard) {
	for _, h := range list {
		if s.Key("unsafeShell") == glua.LTrue {
			s.warn("unsafeShell allows it; "+h.Remedy, "%s: %s", key, h.Text)
		} else {
			s.problem(h.Remedy+"; or unsafeShell = true, if all who can name files there may run commands here", "%s: %s", key, h.Text)
		}
	}
}

// variablesOf finds the variables of a text.
func variablesOf(text string) (list []shell.Variable, err error) {
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '^')
		if next < 0 {
			return list, nil
		}
		at += next + 1
		expr, length, err := variable(text[at:])
		if err != nil {
			return nil, err
		}
		if length > 0 {
			name := text[at : at+length]
			name = name[strings.IndexByte(name, '.')+1:]
			list = append(list, shell.Variable{
				Start: at - 1, End: at + length, Value: expr,
				Foreign: name != "source" && name != "target", Relative: strings.HasPrefix(name, "path"),
			})
		}
		at += length
	}
}

// variable reads the variable at the start of s; length 0 means that it is none.
func variable(s string) (expr string, length int, err error) {
	object := "event"
	rest := s
	switch {
	case strings.HasPrefix(s, "o."):
		rest = s[2:]
	case strings.HasPrefix(s, "d."):
		object, rest = "(event2 or event)", s[2:]
	}
	for _, name := range api.Layer3Variables {
		if strings.HasPrefix(rest, name) {
			if err := misspelt(rest); err != nil {
				return "", 0, err
			}
			return object + "." + name, len(s) - len(rest) + len(name), nil
		}
	}
	return "", 0, misspelt(rest)
}

// misspelt tells of a name that is a variable but for capitals.
func misspelt(s string) error {
	word := s[:values.NameLength(s)]
	for _, name := range api.Layer3Variables {
		if strings.EqualFold(word, name) && word != name {
			return fmt.Errorf("unknown variable ^%s (did you mean ^%s?)", word, name)
		}
	}
	return nil
}

// luaQuote writes a string as a Lua literal.
func luaQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, "\\%03d", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
