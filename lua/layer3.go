package lua

import (
	"fmt"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/dialect"
)

// layer3Variables are the names after ^, each before its own prefixes.
var layer3Variables = []string{
	"sourcePathname", "sourcePathdir", "sourcePath", "source",
	"targetPathname", "targetPathdir", "targetPath", "target",
	"pathname", "pathdir", "path",
}

// compileStrings turns onX = "command" into functions.
func (s *script) compileStrings() {
	for _, key := range handlers {
		text, ok := s.table.RawGetString(key).(glua.LString)
		if !ok {
			continue
		}
		fn, err := s.compileString(key, string(text))
		if err != nil {
			s.problem("", "%s: %v", key, err)
			continue
		}
		s.table.RawSetString(key, fn)
	}
}

func (s *script) compileString(key, text string) (*glua.LFunction, error) {
	source, err := generate(text)
	if err != nil {
		return nil, err
	}
	s.r.log.Log("FWrite", s.name, ": ", key, " = ", source)
	proto, err := dialect.Compile(s.name+"."+key, []byte("return "+source))
	if err != nil {
		return nil, fmt.Errorf("compile what was generated for %q: %w", text, err)
	}
	if err := s.r.call("", s.r.L.NewFunctionFromProto(proto), 1); err != nil {
		return nil, err
	}
	fn, ok := s.r.L.Get(-1).(*glua.LFunction)
	s.r.L.Pop(1)
	if !ok {
		return nil, fmt.Errorf("compile what was generated for %q: no function", text)
	}
	return fn, nil
}

// generate writes the Lua function of a layer 3 string.
func generate(text string) (string, error) {
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		return "", fmt.Errorf("the command is empty")
	case strings.HasPrefix(trimmed, "^/"):
		return generateShell(trimmed[1:])
	case strings.HasPrefix(trimmed, "/"):
		return generateBinary(trimmed)
	}
	return generateShell(text)
}

// generateBinary: the words of the text are program and arguments.
func generateBinary(text string) (string, error) {
	words := splitQuoted(text)
	args := make([]string, len(words))
	for i, word := range words {
		parts, err := split(word)
		if err != nil {
			return "", err
		}
		var exprs []string
		for _, p := range parts {
			if p.expr != "" {
				exprs = append(exprs, p.expr)
			} else {
				exprs = append(exprs, luaQuote(p.text))
			}
		}
		args[i] = strings.Join(exprs, " .. ")
	}
	// In a table, since a first argument '<' would announce the input, and a file may have that name.
	return fmt.Sprintf("function(event, event2)\n  spawn(event, %s, { %s })\nend", args[0], strings.Join(args[1:], ", ")), nil
}

// generateShell: each variable becomes a positional parameter, quoted as its
// place in the command needs it.
func generateShell(text string) (string, error) {
	parts, err := split(text)
	if err != nil {
		return "", err
	}
	var command strings.Builder
	var quotes shellQuotes
	var args []string
	number := map[string]int{}
	for _, p := range parts {
		if p.expr == "" {
			quotes.read(p.text)
			command.WriteString(p.text)
			continue
		}
		n, known := number[p.expr]
		if !known {
			args = append(args, p.expr)
			n = len(args)
			number[p.expr] = n
		}
		command.WriteString(quotes.parameter(n))
	}
	call := append([]string{"event", luaQuote(command.String())}, args...)
	return "function(event, event2)\n  spawnShell(" + strings.Join(call, ", ") + ")\nend", nil
}

// part is literal text, or the Lua expression of a variable.
type part struct{ text, expr string }

// split takes the variables out of a text.
func split(text string) ([]part, error) {
	var parts []part
	for {
		before, after, found := strings.Cut(text, "^")
		if !found {
			return append(parts, part{text: text}), nil
		}
		expr, length, err := variable(after)
		if err != nil {
			return nil, err
		}
		if length == 0 {
			before += "^"
		}
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if length > 0 {
			parts = append(parts, part{expr: expr})
		}
		text = after[length:]
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
	for _, name := range layer3Variables {
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
	word := s[:nameLength(s)]
	for _, name := range layer3Variables {
		if strings.EqualFold(word, name) && word != name {
			return fmt.Errorf("unknown variable ^%s (did you mean ^%s?)", word, name)
		}
	}
	return nil
}

// shellQuotes follows where in a shell command text stands: a stack of
// contexts, since $( ) starts afresh within double quotes.
type shellQuotes struct {
	stack []byte // '"', '\'', '(', '`', or '#' up to the end of the line
	last  byte   // what stands before the text; 0 at the start of the command
}

func (q *shellQuotes) top() byte {
	if len(q.stack) == 0 {
		return 0
	}
	return q.stack[len(q.stack)-1]
}

func (q *shellQuotes) read(text string) {
	for i := 0; i < len(text); i++ {
		c, top := text[i], q.top()
		before := q.last
		q.last = c
		switch {
		case top == '#':
			if c == '\n' {
				q.stack = q.stack[:len(q.stack)-1]
			}
		case top == '\'' && c != '\'':
		case c == '#' && top != '"' && strings.IndexByte("\x00 \t\n;&|(`", before) >= 0:
			q.stack = append(q.stack, '#')
		case c == '\\':
			i++
		case c == '$' && i+1 < len(text) && text[i+1] == '(':
			q.stack = append(q.stack, '(')
			q.last = '('
			i++
		case c == '(' && top == '(':
			q.stack = append(q.stack, '(')
		case c == ')' && top == '(', c == top && c != '(':
			q.stack = q.stack[:len(q.stack)-1]
		case c == '\'' && top != '"', c == '"', c == '`':
			q.stack = append(q.stack, c)
		}
	}
}

// parameter writes the n-th positional parameter so that it is one word here.
func (q *shellQuotes) parameter(n int) string {
	q.last = 'x'
	number := strconv.Itoa(n)
	if n > 9 {
		number = "{" + number + "}"
	}
	switch q.top() {
	case '"':
		return "${" + strconv.Itoa(n) + "}"
	case '\'':
		return `'"$` + number + `"'`
	}
	return `"$` + number + `"`
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
