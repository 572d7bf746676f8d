package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// options are those of a program, as far as they take a value.
type options struct {
	short    string   // letters: -u root, -uroot
	long     []string // --user root, --user=root
	operands int      // so many words stand before what follows
	assigns  bool     // NAME=value may stand there, too
}

// wrappers are programs that start another one, which their arguments name.
var wrappers = map[string]options{
	"busybox": {}, "builtin": {}, "catchsegv": {}, "chronic": {}, "command": {}, "cronic": {}, "dbus-run-session": {}, "eatmydata": {},
	"exec": {short: "a"}, "fakeroot": {short: "lisb"}, "firejail": {}, "linux": {}, "nocache": {}, "nohup": {}, "pkexec": {long: []string{"--user"}},
	"setsid": {}, "torify": {}, "torsocks": {}, "toybox": {}, "tsocks": {}, "unbuffer": {}, "caffeinate": {short: "tw"},
	"chroot": {long: []string{"--userspec", "--groups"}, operands: 1},
	"chrt":   {short: "TPD", operands: 1},
	"chpst":  {short: "uUbemdofpcrt/n"}, "setuidgid": {operands: 1}, "softlimit": {short: "acdfmoprst"}, "envdir": {operands: 1},
	"cpulimit": {short: "lpe"}, "cgexec": {short: "g"}, "doas": {short: "uC"}, "faketime": {short: "f", operands: 1},
	"env":  {short: "uCS", long: []string{"--unset", "--chdir", "--split-string"}, assigns: true},
	"gosu": {operands: 1}, "su-exec": {operands: 1}, "ionice": {short: "cnpPu"}, "nice": {short: "n", long: []string{"--adjustment"}},
	"ltrace": {short: "aAeDloSsuxnpw"}, "strace": {short: "abeEIoOpPsSuU"}, "numactl": {short: "CNmpPi"}, "prlimit": {}, "proxychains": {short: "f"},
	"runuser": {short: "ugGcsw", long: []string{"--user", "--group", "--command", "--shell"}},
	"setarch": {operands: 1}, "setpriv": {long: []string{"--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set", "--securebits", "--pdeathsig"}},
	"sshpass": {short: "pfdP"}, "stdbuf": {short: "ioe", long: []string{"--input", "--output", "--error"}},
	"sudo":        {short: "ughpCcDRrtTU", long: []string{"--user", "--group", "--host", "--prompt", "--close-from", "--chdir", "--chroot", "--role", "--type", "--command-timeout", "--other-user"}, assigns: true},
	"systemd-cat": {short: "tp"}, "systemd-inhibit": {long: []string{"--what", "--who", "--why", "--mode"}},
	"systemd-run": {short: "upMHE", long: []string{"--unit", "--property", "--machine", "--host", "--setenv", "--slice", "--description", "--uid", "--gid", "--nice", "--working-directory", "--service-type"}},
	"taskset":     {operands: 1}, "time": {short: "fo"}, "timeout": {short: "ks", long: []string{"--kill-after", "--signal"}, operands: 1},
	"trickle": {short: "duwtln"}, "unshare": {short: "SGRw"}, "nsenter": {short: "tSG"}, "xvfb-run": {short: "nsefpw"}, "flock": {short: "wE", operands: 1},
}

// skip returns the index of the first word of args that is neither an option nor its value.
func (o options) skip(args []value) (i int) {
	for ; i < len(args); i++ {
		text := args[i].text
		switch {
		case text == "--":
			return i + 1
		case len(text) < 2 || text[0] != '-' || args[i].relative:
			return i
		case strings.HasPrefix(text, "--"):
			if slices.Contains(o.long, text) {
				i++
			}
		default:
			if at := strings.IndexAny(text[1:], o.short); o.short != "" && at == len(text)-2 {
				i++
			}
		}
	}
	return min(i, len(args))
}

// wrapped looks at the program that another one starts.
func (a *analysis) wrapped(c call, o options) bool {
	rest := c.args[o.skip(c.args):]
	for o.assigns && len(rest) > 0 {
		name, _, found := strings.Cut(rest[0].text, "=")
		if !found && rest[0].text != "-" || found && !syntax.ValidName(name) {
			break
		}
		if found {
			v := rest[0]
			v.text, v.relative = v.text[len(name)+1:], false
			a.setVariable(name, v)
		}
		rest = rest[1:]
	}
	rest = rest[min(o.operands, len(rest)):]
	if len(rest) == 0 {
		shell := slices.ContainsFunc(c.args, func(v value) bool {
			return slices.Contains([]string{"-s", "-i", "--shell", "--login"}, v.text)
		})
		if shell || slices.Contains([]string{"chroot", "unshare", "nsenter"}, c.name) {
			return a.shell(call{name: c.name, input: c.input})
		}
		return c.input
	}
	return a.run(rest, c.input)
}

// env has an option that splits a text into words.
func (a *analysis) env(c call) bool {
	for i, v := range c.args {
		text, isLong := strings.CutPrefix(v.text, "--split-string")
		attached := isLong && strings.HasPrefix(text, "=")
		if !isLong && !(strings.HasPrefix(v.text, "-") && !strings.HasPrefix(v.text, "--") && strings.Contains(v.text, "S")) {
			continue
		}
		if !attached && !strings.HasSuffix(v.text, "S") && !isLong {
			text = v.text[strings.IndexByte(v.text, 'S')+1:]
			attached = true
		}
		code := v
		code.text = strings.TrimPrefix(text, "=")
		if !attached && i+1 < len(c.args) {
			code = c.args[i+1]
		}
		if code.foreign {
			a.report(asArgument, "env -S splits "+code.shown()+" into a command")
			continue
		}
		var argv []value
		for _, field := range strings.Fields(code.text) {
			argv = append(argv, value{text: field, constant: true})
		}
		rest := c.args[i+1:]
		if !attached && len(rest) > 0 {
			rest = rest[1:]
		}
		return a.run(append(argv, rest...), c.input)
	}
	return a.wrapped(c, wrappers["env"])
}

// switched is su, runuser and sg: the command follows -c, and the shell of the other user reads it.
func (a *analysis) switched(c call) bool {
	if c.name == "runuser" && slices.ContainsFunc(c.args, func(v value) bool { return strings.HasPrefix(v.text, "-u") || strings.HasPrefix(v.text, "--user") }) {
		return a.wrapped(c, wrappers["runuser"])
	}
	if i, code := commandAmong(c.args); i > 0 {
		return a.shellCode(c, code, c.args[i:])
	}
	if c.name == "sg" && len(c.args) > 1 {
		return a.shellCode(c, c.args[1], nil)
	}
	return a.shell(call{name: c.name, input: c.input})
}

// commandAmong finds the value of -c or --command, and what follows it.
func commandAmong(args []value) (next int, code value) {
	for i, v := range args {
		text, long := strings.CutPrefix(v.text, "--command=")
		switch {
		case long:
			v.text = text
			return i + 1, v
		case i+1 == len(args):
		case v.text == "--command", len(v.text) > 1 && v.text[0] == '-' && v.text[1] != '-' && strings.HasSuffix(v.text, "c"):
			return i + 2, args[i+1]
		}
	}
	return 0, value{}
}

// typescript is script, which has a command for the shell as an option.
func (a *analysis) typescript(c call) bool {
	if i, code := commandAmong(c.args); i > 0 {
		return a.shellCode(c, code, nil)
	}
	return a.anything(c)
}

// flock has one behind the name of the lock.
func (a *analysis) flock(c call) bool {
	o := wrappers["flock"]
	if at := o.skip(c.args) + o.operands; at < len(c.args) && (c.args[at].text == "-c" || c.args[at].text == "--command") && at+1 < len(c.args) {
		return a.shellCode(c, c.args[at+1], nil)
	}
	return a.wrapped(c, o)
}

// container is docker exec and the like: somewhere among the arguments a command begins, of which a shell is looked at.
func (a *analysis) container(c call) bool {
	for i := 1; i < len(c.args); i++ {
		name, isEntry := c.args[i], c.args[i-1].text == "--entrypoint"
		if text, ok := strings.CutPrefix(name.text, "--entrypoint="); ok {
			name.text, isEntry = text, true
		}
		if isEntry && isShell(programName([]value{name})) {
			if at := slices.IndexFunc(c.args[i:], isCommandOption); at > 0 {
				return a.shell(call{programName([]value{name}), c.args[i+at:], c.input})
			}
		}
		if c.args[i].constant && isShell(programName(c.args[i:])) {
			return a.run(c.args[i:], c.input)
		}
	}
	return a.anything(c)
}
