package config

import (
	"bytes"
	"regexp"
	"strings"

	"lsyncgo/lua/lua53"
	"lsyncgo/lua/problem"
)

// maxLooked is how much of a file is looked at for what language it is in.
const maxLooked = 1 << 20

const (
	strangeCharacter = "a character that Lua does not know, such as a typographic quote or a no-break space from a web page; write plain ones"
	commentSign      = "comments in Lua begin with --"
	pathsInQuotes    = `put paths in quotes, source = "/directory"`
)

// formats are languages that a whole file may be in instead of Lua.
var formats = []struct {
	shape  string // regular expression, compiled when it is needed, as few configs are that wrong
	remedy string
}{
	{`^(?:\x{FEFF})?\s*(?:<\?xml|<!--|<!DOCTYPE|<lsyncd\b)`,
		`this is XML, the config of Lsyncd 1; since Lsyncd 2 it is Lua: sync{ default.rsync, source = "/directory", target = "host:directory" }`},
	{`^\s*[{\[]\s*"`,
		`this looks like JSON; a config is Lua: settings{ key = value } and sync{ key = value }`},
	{`\A(?:\s|[#;][^\n]*\n)*\[[\w .-]+\][ \t]*\n`,
		`[name] is a section of an INI file; a config is Lua: settings{ key = value } and sync{ key = value }`},
	{`\A(?:\s|#[^\n]*\n)*(?:---[ \t]*\n\s*)?(?:- )?\w+:(?:[ \t]|\n)`,
		`this looks like YAML; a config is Lua: settings{ key = value } and sync{ key = value }`},
}

// shapes are lines that people write out of the habit of another language.
var shapes = []struct {
	line   string // regular expression
	remedy string
}{
	{`^\s*#`, commentSign},
	{`^\s*(?://|/\*)`, commentSign},
	{`[,{}]\s*(?:#|//(?:[^/]|$)|/\*)`, commentSign},
	{`\w\s*=\s*\[\s*(?:["'\]]|$)`, `lists in Lua are in braces, exclude = { "a", "b" }`},
	{`\w\s*=\s*(?:~\w*/|\.{0,2}/|[\w.-]+(?:@[\w.-]+)?:[~/\w])`, pathsInQuotes},
	{`^\s*(?:\w+\s*\{\s*)?["']\w+["']\s*[=:]`, `keys stand without quotes and before an equals sign, key = value`},
	{`(?:^|[{,])\s*\w+\s*:(?:\s|["'{\[/~]|$)`, `write an equals sign, key = value`},
	{`\bsync\s*\(\s*\w`, `sync takes a table: sync{ ... } with braces`},
	{`!=`, `"is not" is ~= in Lua`},
	{`/\*|\s//\s`, commentSign},
	{`^\s*[\w.]+\s*==`, `an assignment has one equals sign, name = value`},
	{`\b(?:if|elseif|while|until)\b[^=~<>]*[^=~<>]=[^=]`, `a comparison has two equals signs, if a == b then`},
	{`[\w\])]\s*(?:[-+*/%]|\.\.)=`, `write it out, x = x + 1`},
	{`\w(?:\+\+|--)|(?:\+\+)\w`, `write it out, x = x + 1`},
	{`!\s*[\w(]`, `write not`},
	{`^\s*(?:var|let|const|my)\s+\w+`, `a variable begins with local, local name = value`},
	{`\?[^"']*:`, `write a and b or c`},
	{`&&|\|\|`, `write and, or, not`},
}

// lengthSign is a comment behind a # that Lua took for an operator, to find on the next line that nothing fits.
const lengthSign = `[,{};]\s*#[^"']*$`

// checkFirstLine warns of a comment in the way of a shell: of the first line alone Lua skips that, as it may
// say which program runs the file.
func (r *Config) checkFirstLine(file string) {
	if text, err := r.Scripts.Reread(file); err == nil && len(text) > 1 && text[0] == '#' && text[1] != '!' {
		r.found.Warn(problem.At(file+":1", "", commentSign, "the first line begins with # and is skipped; on any other line that is an error"))
	}
}

// remedyOf guesses what a config that cannot be parsed wants.
func (r *Config) remedyOf(fault *lua53.SyntaxError) string {
	source, err := r.Scripts.Reread(fault.Name)
	if err != nil {
		source = nil
	}
	source = source[:min(len(source), maxLooked)]
	if wide(source) {
		return "the file is in UTF-16; store it as UTF-8 (iconv -f UTF-16 -t UTF-8)"
	}
	for _, f := range formats {
		if regexp.MustCompile(f.shape).Match(source) {
			return f.remedy
		}
	}
	if strings.HasPrefix(fault.Near, `<\`) {
		return strangeCharacter
	}
	lines := strings.Split(string(source), "\n")
	if fault.Line < 1 || fault.Line > len(lines) {
		return ""
	}
	line := lines[fault.Line-1]
	if fault.Line > 1 && regexp.MustCompile(lengthSign).MatchString(lines[fault.Line-2]) {
		return commentSign
	}
	for _, s := range shapes {
		if regexp.MustCompile(s.line).MatchString(line) {
			return s.remedy
		}
	}
	key, err := regexp.MatchString(`\b`+regexp.QuoteMeta(fault.Near)+`\s*=[^=]`, line)
	if fault.Msg == "syntax error" && fault.Near != "" && err == nil && key {
		return "is a comma missing before it?"
	}
	return ""
}

// wide reports whether a text is in UTF-16, with or without a mark at its start: every second byte is zero then.
func wide(text []byte) bool {
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return true
	}
	head := text[:min(len(text), 200)]
	return len(head) > 1 && bytes.Count(head, []byte{0}) >= len(head)/2
}
