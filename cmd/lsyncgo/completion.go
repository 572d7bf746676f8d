package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// runCompletion prints what has a shell complete command lines of lsyncgo.
func runCompletion(e env, o *options) int {
	shells := map[string]func() string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	if len(o.configs) != 1 || shells[o.configs[0]] == nil {
		return e.refuse(errors.New("completion needs a shell: write completion bash, completion zsh or completion fish"))
	}
	fmt.Fprint(e.stdout, shells[o.configs[0]]())
	return exitOK
}

// completed are the commands with the options that each takes; the first runs a config, and has no name.
func completed() (commands []command, options [][]*option) {
	commands = commandTable()
	for _, c := range commands {
		var list []*option
		for i := range optionTable {
			if row := &optionTable[i]; row.scope&c.scope != 0 {
				list = append(list, row)
			}
		}
		options = append(options, list)
	}
	return commands, options
}

// helpers are the words in front that are no rows of the table.
var helpers = []struct{ name, text string }{{"help", "explain a command"}, {"version", "print the version"}, {"run", "run a config"}}

func dashed(list []*option) string {
	var words []string
	for _, row := range list {
		words = append(words, "-"+row.name)
	}
	return strings.Join(words, " ")
}

// bashCompletion completes commands, options, and files for all else.
func bashCompletion() string {
	commands, options := completed()
	var b strings.Builder
	names := commandNames()
	b.WriteString("# bash completion for lsyncgo\n_lsyncgo() {\n" +
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options\n\tCOMPREPLY=()\n" +
		"\tif [ \"$COMP_CWORD\" -gt 1 ] && [ \"$command\" = help ]; then\n" +
		"\t\tmapfile -t COMPREPLY < <(compgen -W '" + strings.Join(names, " ") + "' -- \"$word\")\n\t\treturn\n\tfi\n" +
		"\tcase $command in\n")
	for i, c := range commands[1:] {
		fmt.Fprintf(&b, "\t%s) options='%s' ;;\n", c.name, dashed(options[i+1]))
	}
	fmt.Fprintf(&b, "\t*) options='%s' ;;\n\tesac\n", dashed(options[0]))
	b.WriteString("\tcase $word in\n\t-*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\") ;;\n\t*)\n" +
		"\t\tcompopt -o filenames\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n" +
		"\t\t[ \"$COMP_CWORD\" -eq 1 ] && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W '" + strings.Join(names, " ") + "' -- \"$word\")\n" +
		"\t\t;;\n\tesac\n}\ncomplete -F _lsyncgo lsyncgo\n")
	return b.String()
}

// zshCompletion is made of _describe and _arguments.
func zshCompletion() string {
	commands, options := completed()
	quote := func(s string) string { return strings.NewReplacer("'", "", ":", `\:`, "[", "(", "]", ")").Replace(s) }
	spec := func(row *option) string {
		text := fmt.Sprintf("'*-%s[%s]", row.name, quote(row.text))
		for _, a := range row.args {
			text += ":" + strings.ToLower(a) + ":_files"
		}
		return text + "'"
	}
	specs := func(list []*option) string {
		var words []string
		for _, row := range list {
			words = append(words, spec(row))
		}
		return strings.Join(words, " ")
	}
	var b strings.Builder
	b.WriteString("#compdef lsyncgo\n_lsyncgo() {\n\tlocal -a commands\n\tcommands=(")
	for _, h := range helpers {
		fmt.Fprintf(&b, " '%s:%s'", h.name, quote(h.text))
	}
	for _, c := range commands[1:] {
		fmt.Fprintf(&b, " '%s:%s'", c.name, quote(c.text))
	}
	b.WriteString(" )\n\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n\t\t_describe command commands\n\t\t_files\n\t\treturn\n\tfi\n\tcase $words[2] in\n" +
		"\thelp) _describe command commands ;;\n")
	for i, c := range commands[1:] {
		fmt.Fprintf(&b, "\t%s) _arguments %s '*:file:_files' ;;\n", c.name, specs(options[i+1]))
	}
	fmt.Fprintf(&b, "\t*) _arguments %s '*:file:_files' ;;\n\tesac\n}\nif [ \"$funcstack[1]\" = _lsyncgo ]; then\n\t_lsyncgo\nelse\n\tcompdef _lsyncgo lsyncgo\nfi\n", specs(options[0]))
	return b.String()
}

// fishCompletion has a line for each command and for each option of it.
func fishCompletion() string {
	commands, options := completed()
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }
	var b strings.Builder
	b.WriteString("# fish completion for lsyncgo\n")
	for _, h := range helpers {
		fmt.Fprintf(&b, "complete -c lsyncgo -n __fish_use_subcommand -a %s -d %s\n", h.name, quote(h.text))
	}
	names := slices.DeleteFunc(commandNames(), func(n string) bool { return n == "run" })
	for i, c := range commands {
		when := "__fish_seen_subcommand_from " + c.name
		if c.name == "" {
			when = "not __fish_seen_subcommand_from " + strings.Join(names, " ")
		} else {
			fmt.Fprintf(&b, "complete -c lsyncgo -n __fish_use_subcommand -a %s -d %s\n", c.name, quote(c.text))
		}
		for _, row := range options[i] {
			fmt.Fprintf(&b, "complete -c lsyncgo -n %s -o %s -d %s", quote(when), row.name, quote(row.text))
			if len(row.args) > 0 {
				b.WriteString(" -r")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
