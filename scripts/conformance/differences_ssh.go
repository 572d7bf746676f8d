package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var multiplex = &difference{
	name:    "multiplex",
	lsyncd:  "logs in for every batch and every move, and starts `ssh` for rsync whatever `ssh.binary` says",
	lsyncgo: "keeps one connection (`ControlMaster`), unless `ssh = { multiplex = false }`, and gives rsync the same ssh with the same options",
	why:     "a login costs more than most batches",
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
	name:    "ssh-extra",
	lsyncd:  "uses `ssh._extra` for moves only",
	lsyncgo: "uses it for rsync's connection, too",
	why:     "whoever needs `-F config` for one needs it for the other",
	rewrite: func(r *recording) {
		for i, c := range r.calls {
			r.calls[i].argv = slices.DeleteFunc(slices.Clone(c.argv), func(a string) bool { return strings.HasPrefix(a, "--rsh=") })
		}
	},
}

var remoteMove = &difference{
	name:    "remote-move",
	lsyncd:  "runs `mv A B || rm -rf A` on the host, which moves into B if that is a directory",
	lsyncgo: "gives a shell there a script that renames A to B, follows no link below the target directory and takes B's place only, and transfers B if that cannot be",
	why:     "a failed move must not delete the only copy, `delete = false` has to count here as well, and who can write at the target must not lead it elsewhere",
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
	name:    "failed-move",
	lsyncd:  "ends when a move on the host fails with a code that its table does not have (`default.rsyncssh`)",
	lsyncgo: "sends the destination instead, and goes on",
	why:     "the origin may be gone at the target for many good reasons",
	rewrite: func(r *recording) {
		r.exit = 143
		if i := slices.IndexFunc(r.calls, func(c call) bool { return c.argv[0] == "ssh" }); i >= 0 {
			r.calls = r.calls[:i+1]
		}
	},
}

var afterMove = &difference{
	name:    "after-a-move",
	lsyncd:  "leaves it at the move on the host (`default.rsyncssh`)",
	lsyncgo: "has rsync look at the destination and at the directory that the path left",
	why:     "the move has changed the times of both directories at the target",
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
