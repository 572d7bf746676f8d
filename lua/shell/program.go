package shell

import (
	"slices"
	"strings"
)

// call is that of a program.
type call struct {
	name  string
	args  []value
	input bool // what it reads may hold what others have chosen
}

// What to write instead.
const (
	asArgument = `hand the name over as an argument, sh -c '... "$1"' sh ^path`
	onStdin    = `send the name as input, printf '%s\0' ^path | ssh HOST 'xargs -0 rm --'`
	constant   = "let the code be constant, and hand the name over as an argument or in a variable of the environment"
	noOption   = "write -- before it, or ./^path, or ^sourcePathname"
	notRun     = "name the program yourself; what lies in the tree was written by others"
)

// run looks at the start of a program, and reports whether its output may hold what others have chosen.
func (a *analysis) run(argv []value, input bool) (output bool) {
	if len(argv) == 0 {
		return false
	}
	program := argv[0]
	c := call{programName(argv), argv[1:], input}
	if f := a.functions[program.text]; f != nil && program.constant {
		return a.call(f, c.args, input)
	}
	if program.foreign || a.holds(program.text) {
		a.report(notRun, program.shown()+" is run as a program")
		return true
	}
	a.optionsOf(c)
	for i, v := range c.args { // sh -c behind whatever is not known here
		if v.constant && isShell(programName(c.args[i:])) && !a.knows(c.name) {
			if options := optionsBehind(c.args[i+1:]); slices.ContainsFunc(options, isCommandOption) {
				return a.shell(call{programName(c.args[i:]), c.args[i+1+len(c.args[i+1:])-len(options):], input})
			}
		}
	}
	if c.name == "" || strings.HasPrefix(program.text, "/proc/") || !program.constant && program.variable == "" || strings.ContainsAny(program.text, "*?[") {
		a.unnamed(c)
	}
	return a.special(c)
}

// optionsBehind are the words from the first option on, without the -- of a program that starts the shell (start-stop-daemon);
// nil if no option is next.
func optionsBehind(args []value) []value {
	if len(args) > 0 && args[0].text == "--" {
		args = args[1:]
	}
	if len(args) == 0 || !strings.HasPrefix(args[0].text, "-") && !strings.HasPrefix(args[0].text, "+") {
		return nil
	}
	return args
}

func isCommandOption(v value) bool { return v.constant && commandOption(v.text) }

// unnamed is a program that only shows when the command runs: $(printf sh), /bin/s?, /proc/self/exe. It may be a shell.
func (a *analysis) unnamed(c call) {
	if i := slices.IndexFunc(c.args, isCommandOption); i >= 0 && i+1 < len(c.args) && c.args[i+1].foreign {
		a.report(asArgument, "what may be a shell reads "+c.args[i+1].shown()+" as a command, and runs what a file's name says")
	}
}

func isShell(name string) bool {
	return slices.Contains([]string{
		"sh", "bash", "dash", "ash", "ksh", "mksh", "lksh", "pdksh", "oksh", "loksh", "zsh", "rbash", "rksh", "yash", "posh", "osh", "fish", "csh", "tcsh",
		"rc", "es", "elvish", "nu", "xonsh", "pwsh", "powershell",
	}, name)
}

// commandOption reports whether an option announces a command: -c, -lc, -ce.
func commandOption(text string) bool {
	return len(text) > 1 && text[0] == '-' && text[1] != '-' && strings.Contains(text, "c") || strings.EqualFold(text, "-command")
}

// knows reports whether the arguments of a program are looked at by special.
func (a *analysis) knows(name string) bool {
	_, wrapper := wrappers[name]
	_, interpreter := interpreters[name]
	return wrapper || interpreter || isShell(name) || handlerOf(name) != nil
}

// special does what the program needs.
func (a *analysis) special(c call) (output bool) {
	if handler := handlerOf(c.name); handler != nil {
		return handler(a, c)
	}
	if isShell(c.name) {
		return a.shell(c)
	}
	if i, ok := interpreters[c.name]; ok {
		return a.interpreter(c, i)
	}
	if o, ok := wrappers[c.name]; ok {
		return a.wrapped(c, o)
	}
	return a.anything(c)
}

// handlerOf returns what looks at the arguments of a program that is like few others.
func handlerOf(name string) func(*analysis, call) bool {
	switch name {
	case "eval":
		return (*analysis).eval
	case "trap":
		return (*analysis).trap
	case ".", "source":
		return (*analysis).sourced
	case "alias":
		return (*analysis).alias
	case "env":
		return (*analysis).env
	case "su", "runuser", "sg", "newgrp":
		return (*analysis).switched
	case "flock":
		return (*analysis).flock
	case "script":
		return (*analysis).typescript
	case "docker", "podman", "nerdctl", "kubectl", "crictl", "lxc", "incus", "lxc-attach", "machinectl", "docker-compose":
		return (*analysis).container
	case "ssh", "slogin", "rsh", "remsh", "autossh", "plink", "dbclient", "mosh":
		return (*analysis).ssh
	case "adb", "pdsh", "clush", "dsh", "pssh", "parallel-ssh", "salt", "ansible", "tmux", "screen", "xterm", "make", "gmake", "socat", "capsh":
		return (*analysis).joined
	case "watch":
		return (*analysis).watch
	case "scp", "rsync":
		return (*analysis).copied
	case "find", "fd", "fdfind":
		return (*analysis).find
	case "run-parts":
		return (*analysis).runParts
	case "rename", "prename", "file-rename", "perl-rename":
		return (*analysis).renamed
	case "xargs":
		return (*analysis).xargs
	case "parallel":
		return (*analysis).parallel
	case "at", "batch", "crontab":
		return (*analysis).scheduled
	case "awk", "gawk", "mawk", "nawk":
		return (*analysis).awk
	case "sed", "gsed":
		return (*analysis).sed
	case "set":
		return (*analysis).set
	case "read", "mapfile", "readarray":
		return (*analysis).read
	case "unset", "export", "readonly", "declare", "typeset", "local", "printf", "getopts", "let", "test", "[":
		return (*analysis).builtin
	case "tee", "cp", "mv", "ln", "install", "dd":
		return (*analysis).filled
	}
	return nil
}

// runners are programs of which an option, or the form of a name, starts another program.
var runners = []string{
	"tar", "bsdtar", "gtar", "rsync", "scp", "sftp", "find", "zip", "sort", "split", "wget", "man", "less", "vim", "vi", "view", "ex", "emacs", "ed",
	"sqlite", "convert", "magick", "mogrify", "identify", "composite", "montage", "git",
}

// optionsOf looks for names that can pass for an option which starts a program, and for values of such options.
func (a *analysis) optionsOf(c call) {
	if !slices.Contains(runners, c.name) {
		return
	}
	for _, v := range c.args {
		if v.text == "--" || c.name == "find" && strings.HasPrefix(v.text, "-") {
			return
		}
		if v.foreign && v.relative && c.name != "git" {
			a.report(noOption, c.name+" takes "+v.shown()+" for an option if the name begins with a dash, and has options that run commands")
		}
		option, _, valued := strings.Cut(v.text, "=")
		const shortest = 5 // an option may be cut short, --to-c
		if v.foreign && valued && len(option) >= shortest && slices.ContainsFunc([]string{
			"--checkpoint-action", "--to-command", "--use-compress-program", "--rsh-command", "--info-script", "--new-volume-script", "--compress-program",
			"--filter", "--rsh", "--rsync-path", "--unzip-command", "--use-askpass", "--upload-pack", "--receive-pack", "--exec",
		}, func(full string) bool { return strings.HasPrefix(full, option) }) {
			a.report(constant, c.name+" runs "+v.shown()+" as a command")
		}
		if v.foreign && (attached(c.name, v.text) || strings.HasPrefix(v.text, "+") && slices.Contains([]string{"vim", "vi", "view", "ex", "less", "emacs"}, c.name)) {
			a.report(constant, c.name+" runs "+v.shown()+" as a command")
		}
	}
	for i, v := range c.args[:max(len(c.args)-1, 0)] {
		next := c.args[i+1]
		cluster := len(v.text) > 1 && v.text[0] == '-' && v.text[1] != '-' // -ae, -cI
		program := c.name == "rsync" && (slices.Contains([]string{"--rsh", "--rsync-path"}, v.text) || cluster && strings.HasSuffix(v.text, "e")) ||
			strings.HasSuffix(c.name, "tar") && cluster && strings.ContainsAny(v.text[len(v.text)-1:], "IF") ||
			slices.Contains([]string{"-S", "-o", "-F"}, v.text) && (c.name == "scp" || c.name == "sftp") ||
			slices.Contains([]string{"--to-command", "--use-compress-program", "--checkpoint-action"}, v.text) && strings.HasSuffix(c.name, "tar") ||
			slices.Contains([]string{"-c", "--config-env", "-x", "--exec", "foreach", "clone"}, v.text) && c.name == "git" && (v.text != "clone" || strings.Contains(next.text, "::")) ||
			v.text == "config" && c.name == "git" && strings.Contains(next.text, "alias.") && i+2 < len(c.args) && c.args[i+2].foreign || slices.Contains([]string{"-TT", "--unzip-command"}, v.text) && c.name == "zip"
		if program && (next.foreign || v.text == "config") && !next.relative {
			a.report(constant, c.name+" runs "+next.shown()+" as a command")
		}
	}
}

// attached reports whether a word is an option with its value, which is a command: -e"ssh ...".
func attached(program, text string) bool {
	options := map[string][]string{"rsync": {"-e"}, "tar": {"-I", "-F"}, "gtar": {"-I", "-F"}, "zip": {"-TT"}, "scp": {"-S", "-o", "-F"}, "sftp": {"-S", "-o", "-F"}}
	return slices.ContainsFunc(options[program], func(option string) bool { return strings.HasPrefix(text, option) })
}

// anything is a program that only uses its arguments and its input.
func (a *analysis) anything(c call) (output bool) {
	// What was written into a file comes out again.
	foreign := slices.ContainsFunc(c.args, func(v value) bool { return v.foreign || a.holds(v.text) && c.name != "echo" })
	tree := slices.ContainsFunc(c.args, func(v value) bool { return v.tree })
	option := func(names ...string) bool {
		return slices.ContainsFunc(c.args, func(v value) bool { return slices.Contains(names, v.text) })
	}
	switch c.name {
	case "[", "test", "true", "false", ":", "cd", "exit", "return", "sleep", "wait", "shift", "set", "unset", "mkdir", "rmdir", "rm", "touch", "chmod",
		"chown", "chgrp", "kill", "date", "id", "uname", "hostname", "nproc", "whoami", "mktemp":
		return c.name == "mktemp" && foreign
	case "stat":
		return slices.ContainsFunc(c.args, func(v value) bool { return strings.Contains(v.text, "%n") || strings.Contains(v.text, "%N") }) ||
			!slices.ContainsFunc(c.args, func(v value) bool {
				return strings.HasPrefix(v.text, "-c") || strings.Contains(v.text, "format") || strings.HasPrefix(v.text, "-f")
			})
	case "wc", "cksum", "md5sum", "sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum":
		return foreign || tree // these print the names of files, but nothing of their contents
	case "base", "xxd", "od", "hexdump": // base64, base32
		if !option("-d", "--decode", "-r", "-di", "-D", "-c") {
			return false
		}
	case "tr":
		if option("-dc", "-cd") && len(c.args) == 2 && c.args[1].constant && !strings.ContainsAny(c.args[1].text, "`$;&|<>()'\"\\*?![]{}~# \t\n") {
			return false
		}
	case "echo":
		return foreign
	case "find", "ls", "locate", "tree", "fdfind", "fd":
		for _, v := range c.args {
			if strings.HasPrefix(v.text, "/") && v.constant && !v.foreign && !a.inTrees(v.text) {
				return foreign || tree
			}
		}
		return true
	}
	return foreign || tree || c.input
}
