package shell

import (
	"regexp"
	"slices"
	"strings"
)

// interpreter is a program that reads code.
type interpreter struct {
	letters string   // options that code follows, -e; also at the end of a cluster, -ne
	long    []string // --eval code, --eval=code
	files   bool     // its first operand is a file with code
	input   bool     // without either it reads code
	all     bool     // its operands are code, from the second on
}

// interpreters are those, and programs with a language of their own that can start others.
var interpreters = map[string]interpreter{
	"perl": {letters: "eE", files: true, input: true}, "ruby": {letters: "e", files: true, input: true},
	"python": {letters: "c", files: true, input: true}, "pypy": {letters: "c", files: true, input: true},
	"php": {letters: "rBRE", files: true, input: true}, "lua": {letters: "e", files: true, input: true}, "luajit": {letters: "e", files: true, input: true},
	"node": {letters: "ep", long: []string{"--eval", "--print"}, files: true, input: true}, "nodejs": {letters: "ep", long: []string{"--eval", "--print"}, files: true, input: true},
	"bun": {letters: "e", long: []string{"--eval"}, files: true}, "deno": {}, "julia": {letters: "eE", files: true, input: true}, "Rscript": {letters: "e", files: true, input: true},
	"R": {letters: "e", input: true}, "tclsh": {files: true, input: true}, "wish": {files: true, input: true}, "expect": {letters: "c", files: true, input: true},
	"osascript": {letters: "e", files: true, input: true}, "guile": {letters: "c", files: true, input: true}, "sbcl": {long: []string{"--eval", "--load"}, input: true},
	"emacs": {long: []string{"--eval", "--load"}}, "gdb": {long: []string{"-ex", "--eval-command"}, input: true}, "octave": {long: []string{"--eval"}, files: true, input: true},
	"gnuplot": {letters: "e", files: true, input: true}, "m4": {letters: "D", files: true, input: true}, "dc": {letters: "ef", input: true, files: true},
	"vim": {letters: "cS", long: []string{"--cmd"}}, "vi": {letters: "cS", long: []string{"--cmd"}}, "ex": {letters: "cS", input: true}, "ed": {input: true},
	"mysql": {letters: "e", long: []string{"--execute", "--init-command"}, input: true}, "mariadb": {letters: "e", long: []string{"--execute", "--init-command"}, input: true},
	"psql": {letters: "cf", long: []string{"--command", "--file"}, input: true}, "sqlite": {long: []string{"-cmd", "-init"}, input: true, all: true},
	"mongo": {long: []string{"--eval"}, input: true}, "mongosh": {long: []string{"--eval"}, input: true}, "cqlsh": {letters: "ef", input: true},
	"clickhouse-client": {letters: "q", long: []string{"--query"}, input: true}, "duckdb": {letters: "c", input: true, all: true}, "isql": {input: true}, "sqlcmd": {letters: "qQ", input: true},
	"nc": {letters: "ce"}, "ncat": {letters: "ce", long: []string{"--sh-exec", "--exec"}}, "netcat": {letters: "ce"}, "exiftool": {long: []string{"-if", "-execute"}}, "mutt": {letters: "e"},
	"lftp": {letters: "ecf", input: true}, "ftp": {input: true}, "sftp": {letters: "b", input: true}, "tftp": {letters: "c", input: true},
	"smbclient": {letters: "c", long: []string{"--command"}, input: true}, "vagrant": {letters: "c", long: []string{"--command"}}, "gcloud": {long: []string{"--command"}},
}

// interpreter looks for code that holds a name.
func (a *analysis) interpreter(c call, k interpreter) bool {
	coded := false
	operands := 0
	for i := 0; i < len(c.args); i++ {
		v := c.args[i]
		name, _, valued := strings.Cut(v.text, "=")
		short := len(v.text) > 1 && v.text[0] == '-' && v.text[1] != '-' && !v.relative
		switch {
		case slices.Contains(k.long, v.text), short && strings.ContainsAny(v.text[len(v.text)-1:], k.letters) && k.letters != "":
			coded = true
			if i++; i < len(c.args) && (c.args[i].foreign || a.holds(c.args[i].text)) {
				a.readsCode(c, c.args[i])
			}
		case valued && slices.Contains(k.long, name), short && k.letters != "" && strings.ContainsAny(v.text[1:2], k.letters):
			coded = true
			if v.foreign {
				a.readsCode(c, v)
			}
		case len(v.text) > 0 && v.text[0] == '-' && !v.relative:
		default:
			if operands++; operands == 1 && k.files && !coded {
				a.runsFile(c, i)
				return true
			}
			if v.foreign && k.all && operands > 1 {
				a.readsCode(c, v)
			}
		}
	}
	if c.name == "perl" {
		a.perlLoop(c)
	}
	if c.input && k.input && !coded {
		a.report(constant, c.name+" reads commands, and gets some with a file's name in them")
	}
	return a.anything(c)
}

func (a *analysis) readsCode(c call, v value) {
	a.report(constant, c.name+" reads "+v.shown()+" as code, which a file's name is part of")
}

// perlLoop: with -n and -p perl opens its arguments by a function that takes "command |" for a command.
func (a *analysis) perlLoop(c call) {
	loop := slices.ContainsFunc(c.args, func(v value) bool {
		return len(v.text) > 1 && v.text[0] == '-' && v.text[1] != '-' && strings.ContainsAny(v.text, "np")
	})
	if last := len(c.args) - 1; loop && c.args[last].foreign && last > 0 {
		a.report("have the shell open the file, perl -pe '...' < ^sourcePathname", "perl -n and -p run "+c.args[last].shown()+" if the name ends with |")
	}
}

// awk has its program in the first operand.
func (a *analysis) awk(c call) bool {
	var foreign bool // what the program works on
	var program value
	for i := 0; i < len(c.args); i++ {
		v := c.args[i]
		next := value{}
		if i+1 < len(c.args) {
			next = c.args[i+1]
		}
		switch {
		case slices.Contains([]string{"-f", "-e", "--source", "--file", "-E", "--exec", "-i", "--include"}, v.text):
			i++
			program.text += next.text
			if next.foreign || a.holds(next.text) || c.input && next.text == "/dev/stdin" {
				a.readsCode(c, next)
			}
		case v.text == "-v" || v.text == "-F" || v.text == "--assign":
			i++
			foreign = foreign || next.foreign
		case len(v.text) > 1 && v.text[0] == '-' && !v.relative:
			foreign = foreign || v.foreign
		case program.text == "":
			program = v
			if v.foreign {
				a.readsCode(c, v)
			}
		default:
			foreign = foreign || v.foreign
		}
	}
	if starts := awkStarts(program.text); starts && (foreign || c.input || strings.Contains(program.text, "ENVIRON") && a.anyForeign()) {
		a.report("use xargs -0, or a loop of the shell", c.name+" starts a shell with what it works on, which is a file's name")
	}
	return a.anything(c)
}

var awkTexts = regexp.MustCompile(`"(?:[^"\\\\]|\\\\.)*"|(^|[(,~{};!&|\s])/(?:[^/\\\\\n]|\\\\.)*/`)

// awkStarts reports whether a program starts another one: with system(), or with a pipe, which is a | that is no ||.
func awkStarts(program string) bool {
	bare := strings.ReplaceAll(awkTexts.ReplaceAllString(program, `$1""`), "||", "")
	return strings.Contains(bare, "|") || strings.Contains(strings.ReplaceAll(bare, " ", ""), "system(")
}

// sed has commands that start a shell and that write files.
func (a *analysis) sed(c call) bool {
	given := false
	for i, v := range c.args {
		text, long := strings.CutPrefix(v.text, "--expression=")
		if long && !v.foreign {
			given = true
			a.sedRuns(c, text)
		} else if slices.Contains([]string{"-e", "--expression", "-f", "--file"}, v.text) || len(v.text) > 2 && v.text[0] == '-' && v.text[1] != '-' && strings.HasSuffix(v.text, "e") {
			given = true
			if i+1 < len(c.args) && c.args[i+1].foreign {
				a.readsCode(c, c.args[i+1])
			} else if i+1 < len(c.args) && v.text != "-f" && v.text != "--file" {
				a.sedRuns(c, c.args[i+1].text)
			}
		} else if v.foreign && strings.HasPrefix(v.text, "-") && !v.relative {
			a.readsCode(c, v)
		}
	}
	if i := (options{short: "lE"}).skip(c.args); !given && i < len(c.args) {
		if c.args[i].foreign {
			a.readsCode(c, c.args[i])
		}
		a.sedRuns(c, c.args[i].text)
	}
	return a.anything(c)
}

var (
	sedAddress = regexp.MustCompile(`^(?:[\s;{}!,0-9$~+]|/(?:[^/\\\\]|\\\\.)*/[IM]*)+`)
	sedFlags   = regexp.MustCompile(`^[gpiImMe0-9]*`)
)

// sedRuns looks for what runs the text that sed works on: the command e, and s with the flag e.
func (a *analysis) sedRuns(c call, script string) {
	runs := false
	for script != "" && !runs {
		if script = script[len(sedAddress.FindString(script)):]; script == "" {
			break
		}
		command := script[0]
		script = script[1:]
		switch {
		case command == 'e':
			runs = true
		case (command == 's' || command == 'y') && script != "":
			between := regexp.QuoteMeta(script[:1])
			section := `(?s:[^\\\\` + strings.ReplaceAll(between, "^", `\^`) + `]|\\\\.)*` + between
			parts := regexp.MustCompile(`^` + between + section + section).FindString(script)
			if parts == "" {
				return
			}
			script = script[len(parts):]
			flags := sedFlags.FindString(script)
			runs = command == 's' && strings.Contains(flags, "e")
			script = script[len(flags):]
		case strings.IndexByte("aicrRwWbtT:#", command) >= 0: // these take the rest of the line
			_, script, _ = strings.Cut(script, "\n")
		}
	}
	if runs && c.input {
		a.report("use xargs -0, or a loop of the shell", "sed runs the result of s///e, which holds a file's name")
	}
}

// renamed is the rename of Perl, which has code as its first operand.
func (a *analysis) renamed(c call) bool {
	if i := (options{short: "e", long: []string{"--expr"}}).skip(c.args); i < len(c.args) && c.args[i].foreign && !c.args[i].relative && strings.Contains(c.args[i].text, "/^") {
		a.readsCode(c, c.args[i])
	}
	return a.anything(c)
}

// runParts is run-parts, which runs what is in a directory.
func (a *analysis) runParts(c call) bool {
	for _, v := range c.args {
		if (v.tree || v.foreign) && !strings.HasPrefix(v.text, "-") {
			a.report(notRun, c.name+" runs what lies in "+v.shown())
		}
	}
	return a.anything(c)
}
