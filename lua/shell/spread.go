package shell

import (
	"slices"
	"strings"
)

// find starts a program for each file, with its name in place of {}.
func (a *analysis) find(c call) bool {
	if c.name != "find" {
		return a.fd(c)
	}
	ours := len(c.args) == 0 // whether others name the files
	for _, v := range c.args {
		if strings.HasPrefix(v.text, "-") || v.text == "(" || v.text == "!" {
			break
		}
		ours = ours || v.foreign || v.tree || !v.constant || a.inTrees(v.text)
	}
	for i := 0; i < len(c.args); i++ {
		if !slices.Contains([]string{"-exec", "-execdir", "-ok", "-okdir"}, c.args[i].text) {
			continue
		}
		end := i + 1
		for end < len(c.args) && c.args[end].text != ";" && c.args[end].text != "+" {
			end++
		}
		var inner []value
		for _, v := range c.args[i+1 : end] {
			if strings.Contains(v.text, "{}") {
				v.foreign = v.foreign || ours || v.text != "{}"
				v.constant = false
			}
			inner = append(inner, v)
		}
		a.run(inner, c.input)
		i = end
	}
	return a.anything(c)
}

// fd does so, too, for its pattern and its directories, all of which are trees.
func (a *analysis) fd(c call) bool {
	for i, v := range c.args {
		if !slices.Contains([]string{"-x", "-X", "--exec", "--exec-batch"}, v.text) {
			continue
		}
		inner := slices.Clone(c.args[i+1:])
		for at, v := range inner {
			if strings.Contains(v.text, "{") {
				inner[at].foreign, inner[at].constant = true, false
			}
		}
		a.run(inner, c.input)
		break
	}
	return a.anything(c)
}

// xargs starts a program with words of its input as arguments, or in place of a mark.
func (a *analysis) xargs(c call) bool {
	o := options{short: "InPLsdEa", long: []string{"--replace", "--max-args", "--max-procs", "--max-lines", "--max-chars", "--delimiter", "--arg-file"}}
	start := o.skip(c.args)
	mark := ""
	for i, v := range c.args[:start] {
		next := value{}
		if i+1 < start {
			next = c.args[i+1]
		}
		switch {
		case v.text == "-I" || v.text == "--replace":
			mark = next.text
		case strings.HasPrefix(v.text, "-I"):
			mark = v.text[2:]
		case strings.HasPrefix(v.text, "--replace="):
			mark = v.text[len("--replace="):]
		case v.text == "-i":
			mark = "{}"
		case (v.text == "-a" || v.text == "--arg-file") && next.foreign:
			c.input = true
		}
	}
	var inner []value
	for _, v := range c.args[start:] {
		if mark != "" && strings.Contains(v.text, mark) {
			// Even if nothing here tells where the words come from: a mark in a command for a shell is a name, as a rule.
			v.foreign = v.foreign || c.input || strings.TrimSpace(v.text) != mark
			v.constant = false
		}
		inner = append(inner, v)
	}
	if mark == "" && len(inner) > 0 {
		inner = append(inner, value{text: hole, foreign: c.input, relative: false})
	}
	output := a.run(inner, false)
	return output || c.input
}

// parallel reads what stands before ::: as a command, in which it quotes what it puts in; without one its words are commands.
func (a *analysis) parallel(c call) bool {
	o := options{short: "jnNPLsdEaIUS", long: []string{"--jobs", "--arg-file", "--sshlogin", "--joblog", "--delay", "--timeout", "--results", "--tmpdir", "--colsep"}}
	start := o.skip(c.args)
	end := slices.IndexFunc(c.args, func(v value) bool { return strings.HasPrefix(v.text, ":::") })
	if end < start {
		end = len(c.args)
	}
	names := c.input
	for _, v := range c.args[end:] {
		names = names || v.foreign
	}
	command := c.args[start:end]
	code := joinedText(command)
	switch {
	case code.foreign:
		a.report("let parallel put it in, parallel gzip {} ::: ^sourcePathname", "parallel has a shell read "+code.shown()+", which runs what a file's name says")
	case len(command) == 0 && names:
		a.report("name the command, parallel gzip {} ::: ^sourcePathname", "parallel without a command runs what it reads, which holds a file's name")
	default:
		var inner []value
		for _, v := range command {
			if strings.Contains(v.text, "{") {
				v.foreign, v.constant = names, false
			}
			inner = append(inner, v)
		}
		if len(inner) > 0 && isShell(programName(inner)) {
			a.run(inner, false)
		}
	}
	return true
}
