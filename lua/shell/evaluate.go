package shell

import (
	"slices"
	"strings"
)

// shell is sh and its kin.
func (a *analysis) shell(c call) (output bool) {
	var code, fromInput bool
	i := 0
	for ; i < len(c.args); i++ {
		text := c.args[i].text
		if text == "--" || text == "-" {
			i++
			break
		}
		if len(text) < 2 || text[0] != '-' && text[0] != '+' || c.args[i].relative {
			break
		}
		if strings.HasPrefix(text, "--") {
			if text == "--rcfile" || text == "--init-file" {
				i++
				a.runsFile(c, i)
			}
			code = code || text == "--command" || text == "--commands"
			continue
		}
		code = code || commandOption(text) && text[0] == '-'
		fromInput = fromInput || strings.Contains(text, "s") && text[0] == '-'
		if strings.ContainsAny(text[1:], "oO") { // -oc errexit, too
			i++
		}
	}
	operands := c.args[min(i, len(c.args)):]
	switch {
	case code && len(operands) > 0:
		return a.shellCode(c, operands[0], operands[1:])
	case fromInput || len(operands) == 0:
		if c.input {
			a.report(asArgument, c.name+" runs what it reads, which holds a file's name")
		}
	default:
		a.runsFile(call{c.name, operands, c.input}, 0)
	}
	return true
}

// runsFile is for an argument that names a file with commands.
func (a *analysis) runsFile(c call, i int) {
	if i >= len(c.args) {
		return
	}
	v := c.args[i]
	standard := v.text == "-" || v.text == "/dev/stdin" || strings.HasPrefix(v.text, "/dev/fd/") || strings.HasPrefix(v.text, "/proc/self/fd/")
	switch {
	case v.foreign || a.holds(v.text):
		a.report(notRun, c.name+" runs "+v.shown()+", which others have written")
	case standard && c.input:
		a.report(asArgument, c.name+" runs what it reads, which holds a file's name")
	}
}

// shellCode is a text that another shell reads, with its parameters from $0 on.
func (a *analysis) shellCode(c call, code value, parameters []value) bool {
	if code.foreign {
		a.report(asArgument, c.name+" reads "+code.shown()+" as a command, and runs what a file's name says")
		return true
	}
	a.inner(strings.ReplaceAll(code.text, hole, "x"), parameters, c.input)
	return true
}

func joinedText(args []value) (all value) {
	all.constant = true
	for i, v := range args {
		if i > 0 {
			all.text += " "
		}
		all.text += v.text
		all.constant = all.constant && v.constant
		all.foreign = all.foreign || v.foreign
	}
	return all
}

func (a *analysis) eval(c call) bool {
	code := joinedText(c.args)
	if code.foreign {
		a.report("leave eval out: variables are replaced without it", "eval reads "+code.shown()+" as a command, and runs what a file's name says")
	} else if code.constant {
		a.script(code.text, c.input)
	}
	return true
}

func (a *analysis) trap(c call) bool {
	args := c.args
	if len(args) > 0 && args[0].text == "--" {
		args = args[1:]
	}
	if len(args) < 2 {
		return false
	}
	if args[0].foreign {
		a.report(`write f=^path; trap 'rm -- "$f"' EXIT`, "trap keeps "+args[0].shown()+" as a command, and runs what a file's name says")
	} else if args[0].constant {
		a.script(args[0].text, false)
	}
	return false
}

func (a *analysis) sourced(c call) bool {
	a.runsFile(c, 0)
	if len(c.args) > 0 {
		for _, v := range c.args[1:] {
			a.parameters(v)
		}
	}
	return true
}

func (a *analysis) alias(c call) bool {
	for _, v := range c.args {
		if strings.Contains(v.text, "=") && (a.anyForeign() || v.foreign) {
			a.report("write a function", "alias changes what the commands after it mean")
		}
	}
	return false
}

// set replaces $1, $2, ...
func (a *analysis) set(c call) bool {
	for _, v := range c.args {
		a.parameters(v)
	}
	return false
}

// ssh joins its arguments with blanks; a shell on the other host reads that.
func (a *analysis) ssh(c call) bool {
	o := options{short: "BbcDEeFIiJLlmMOopQRSWw"}
	host := o.skip(c.args)
	for _, v := range c.args[:min(host+1, len(c.args))] {
		if v.foreign {
			a.report("name the host and the options yourself", c.name+" gets "+v.shown()+" before its command, where a name can be an option that runs a command")
		}
	}
	rest := c.args[min(host+1, len(c.args)):]
	if len(rest) > 0 && rest[0].text == "--" {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		noCommand := slices.ContainsFunc(c.args, func(v value) bool {
			return strings.HasPrefix(v.text, "-") && strings.ContainsAny(v.text, "NsW")
		})
		if c.input && !noCommand {
			a.report(onStdin, c.name+" without a command starts a shell on the other host, which runs what it reads")
		}
		return true
	}
	code := joinedText(rest)
	if code.foreign {
		a.report(onStdin, c.name+" has a shell on the other host read "+code.shown()+", which runs what a file's name says")
		return true
	}
	b := *a
	b.variables, b.files, b.functions = map[string]value{}, map[string]bool{}, map[string]*function{}
	b.first, b.zero = value{}, value{}
	b.script(strings.ReplaceAll(code.text, hole, "x"), c.input)
	return true
}

// joined are programs all of whose arguments may be commands.
func (a *analysis) joined(c call) bool {
	for _, v := range c.args {
		if v.foreign {
			a.report(constant, c.name+" gets "+v.shown()+", and may run what a file's name says")
			return true
		}
	}
	return a.container(c)
}

func (a *analysis) watch(c call) bool {
	for i, v := range c.args {
		if v.text == "-x" || v.text == "--exec" {
			return a.run(c.args[i+1:], false)
		}
	}
	return a.shellCode(c, joinedText(c.args[options{short: "nq"}.skip(c.args):]), nil)
}

// copied is scp and rsync, where the shell on the other host may read what follows the colon.
func (a *analysis) copied(c call) bool {
	protected := c.name == "rsync" && slices.ContainsFunc(c.args, func(v value) bool {
		short := len(v.text) > 1 && v.text[0] == '-' && v.text[1] != '-' && strings.Contains(v.text, "s")
		return short || v.text == "--protect-args" || v.text == "--secluded-args"
	})
	for _, v := range c.args {
		host, _, colon := strings.Cut(v.text, ":")
		onHost := colon && !strings.ContainsAny(host, "/=") && !strings.Contains(v.text, "::") && !strings.HasPrefix(v.text, "-")
		onHost = onHost || a.around.RemoteTarget && (strings.HasPrefix(v.text, "^target") || strings.HasPrefix(v.text, "^d.target") || strings.HasPrefix(v.text, "^o.target"))
		if v.foreign && onHost && !protected {
			a.report("use rsync with --protect-args", c.name+" may have a shell on the other host read "+v.shown())
		}
	}
	return a.anything(c)
}

// scheduled is at, batch and crontab.
func (a *analysis) scheduled(c call) bool {
	for i, v := range c.args {
		if v.foreign || a.holds(v.text) || strings.HasPrefix(v.text, "-f") && i+1 < len(c.args) && c.args[i+1].foreign {
			a.report(asArgument, c.name+" runs "+v.shown()+" later")
			return false
		}
	}
	if c.input {
		a.report("write the name into a file that the job reads as data", c.name+" runs what it reads later, and that holds a file's name")
	}
	return false
}

// read sets shell variables from its input.
func (a *analysis) read(c call) bool {
	o := options{short: "adinNptuCcOs"}
	if c.name == "read" {
		o.short = "adinNptu"
	}
	for i, v := range c.args {
		a.namesVariable(c.name, v)
		if c.name == "read" && strings.HasPrefix(v.text, "-") && strings.HasSuffix(v.text, "a") && i+1 < len(c.args) {
			a.assign(c.args[i+1].text, value{text: hole, foreign: c.input, relative: c.input})
		}
	}
	names := c.args[o.skip(c.args):]
	if len(names) == 0 {
		names = []value{{text: "REPLY"}, {text: "MAPFILE"}}
	}
	for _, v := range names {
		a.assign(v.text, value{text: hole, foreign: c.input, relative: c.input})
	}
	return false
}

// builtin are commands of the shell that take names of variables.
func (a *analysis) builtin(c call) bool {
	for i, v := range c.args {
		option := ""
		if i > 0 {
			option = c.args[i-1].text
		}
		switch c.name {
		case "let":
			if v.foreign {
				a.evaluatesArithmetic(v)
			}
		case "test", "[":
			if option == "-v" || option == "-R" {
				a.namesVariable(c.name+" "+option, v)
			}
		case "printf":
			if option == "-v" && i == 1 {
				a.namesVariable("printf -v", v)
				a.assign(v.text, joinedText(c.args[2:]).asPart())
			}
		case "getopts":
			if i == 1 {
				a.namesVariable(c.name, v)
				a.assign("OPTARG", a.parameter("@"))
			}
		default:
			a.namesVariable(c.name, v)
			if name, text, found := strings.Cut(v.text, "="); found && constantName(v.text) {
				v.text, v.relative = text, false
				a.setVariable(name, v)
			}
		}
	}
	if c.name == "printf" {
		c.name = "echo"
	}
	return a.anything(c)
}

// asPart is the value when only a part of it is used, or its form is not known.
func (v value) asPart() value {
	return value{text: hole, foreign: v.foreign, relative: v.foreign}
}

// filled notes files that get what others have chosen.
func (a *analysis) filled(c call) bool {
	foreign := slices.ContainsFunc(c.args, func(v value) bool { return v.foreign || a.holds(v.text) })
	switch c.name {
	case "tee":
		for _, v := range c.args {
			if c.input && v.text != "" && v.text[0] != '-' {
				a.written(v.text)
			}
		}
		return c.input
	case "dd":
		for _, v := range c.args {
			if file, ok := strings.CutPrefix(v.text, "of="); ok && (foreign || c.input) {
				a.written(file)
			}
		}
		return foreign || c.input
	}
	if n := len(c.args); n > 0 && foreign && c.args[n-1].constant && !c.args[n-1].foreign {
		a.written(c.args[n-1].text)
	}
	return false
}
