package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var multiplex = &difference{
	name: "multiplex",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			switch c.argv[0] {
			case "ssh":
				r.calls[i].argv = withoutControl(c.argv)
			case "rsync":
				r.calls[i].argv = slices.DeleteFunc(slices.Clone(c.argv), func(a string) bool { return plainShell(a) == "ssh" })
				for j, a := range r.calls[i].argv {
					if shell := plainShell(a); shell != "" {
						r.calls[i].argv[j] = "--rsh=" + shell
					}
				}
			}
		}
	},
}

// plainShell returns the command of --rsh without what keeps a connection, "" for other options.
func plainShell(option string) string {
	command, ok := strings.CutPrefix(option, "--rsh=")
	if !ok {
		return ""
	}
	return strings.Join(withoutControl(strings.Fields(strings.TrimPrefix(command, "$BIN/"))), " ")
}

func withoutControl(argv []string) []string {
	var kept []string
	for i := 0; i < len(argv); i++ {
		if argv[i] == "-o" && i+1 < len(argv) && strings.HasPrefix(argv[i+1], "Control") {
			i++
			continue
		}
		kept = append(kept, argv[i])
	}
	return kept
}

var sshExtra = &difference{
	name: "ssh-extra",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			r.calls[i].argv = slices.DeleteFunc(slices.Clone(c.argv), func(a string) bool { return strings.HasPrefix(a, "--rsh=") })
		}
	},
}

var remoteMove = &difference{
	name: "remote-move",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			host := slices.Index(c.argv, "host")
			if c.argv[0] != "ssh" || host < 0 {
				continue
			}
			command := strings.ReplaceAll(strings.Join(c.argv[host+1:], " "), `'"'"'`, `'\''`)
			if ends := remoteEnds.FindStringSubmatch(command); ends != nil {
				r.calls[i].argv = slices.Concat(c.argv[:host+1], []string{"mv", strings.TrimSuffix(ends[1], "/"), strings.TrimSuffix(ends[2], "/")})
			} else if ends := remoteScript.FindStringSubmatch(c.stdin); ends != nil {
				root := strings.TrimSuffix(ends[1], "/")
				r.calls[i].argv = slices.Concat(c.argv[:host+1], []string{"mv", root + ends[2], root + ends[3]})
				r.calls[i].stdin = ""
			}
		}
	},
}

// The two ends of a remote move, in Lsyncd's command and in lsyncgo's script.
var (
	remoteEnds   = regexp.MustCompile(`^mv '(.*?)' '(.*?)'(?: \|\| rm -rf .*)?$`)
	remoteScript = regexp.MustCompile(`(?s)^\{\nroot='(.*?)'\nfrom='(.*?)'\nto='(.*?)'\nunset `)
)

var failedMove = &difference{
	name: "failed-move",
	rewrite: func(r *recording) {
		r.exit = 143
		if i := slices.IndexFunc(r.calls, func(c call) bool { return c.argv[0] == "ssh" }); i >= 0 {
			r.calls = r.calls[:i+1]
		}
	},
}

var afterMove = &difference{
	name: "after-a-move",
	rewrite: func(r *recording) {
		moved := map[string]bool{} // paths that rsync looks at because of moves
		var kept []call
		for _, c := range r.calls {
			switch last := len(c.argv) - 1; {
			case c.argv[0] == "ssh" && last > 2 && c.argv[last-2] == "mv":
				origin := strings.TrimPrefix(c.argv[last-1], "/target/")
				moved[path.Dir(origin)] = true
				moved[strings.TrimPrefix(c.argv[last], "/target/")] = true
			case r.engine == ours && len(moved) > 0 && c.stdin != "":
				paths := slices.DeleteFunc(strings.Split(c.stdin, "\n"), func(p string) bool { return moved[p] })
				clear(moved)
				if len(paths) == 0 {
					continue
				}
				c.stdin = strings.Join(paths, "\n")
			}
			kept = append(kept, c)
		}
		r.calls = kept
	},
}
