package lua_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
)

// parameter is one of the table rsync with a value that makes sense for real.
type parameter struct {
	given  string // $DIR is the test's directory
	option string // that rsync gets for it
	// sends: what a transfer with it leaves at the target of the new file; "" is the file itself.
	sends string
	// target, "" for a local directory.
	target string
}

// parameters are all that the table rsync knows, and what a transfer has to come to with them.
var parameters = []parameter{
	{given: "acls = true", option: "A"},
	{given: "append = true", option: "--append"},
	{given: "append_verify = true", option: "--append-verify"},
	{given: "['append-verify'] = true", option: "--append-verify"},
	{given: "archive = true", option: "a"},
	{given: "backup = true", option: "b"},
	{given: "backup_dir = '$DIR/backups'", option: "--backup-dir=$DIR/backups"},
	{given: "binary = 'rsync'"},
	{given: "bwlimit = 100000", option: "--bwlimit=100000"},
	{given: "checksum = true", option: "c"},
	{given: "chmod = 'D755,F640', perms = true", option: "--chmod=D755,F640"},
	{given: "chown = '$UID:$GID'", option: "--chown=$UID:$GID"},
	{given: "compress = true", option: "z"},
	{given: "copy_dirlinks = true", option: "k"},
	{given: "copy_links = true", option: "L"},
	{given: "copy_unsafe_links = true", option: "--copy-unsafe-links"},
	{given: "cvs_exclude = true", option: "C"},
	{given: "delete_excluded = true", option: "--delete-excluded"},
	{given: "dry_run = true", option: "n", sends: "nothing"},
	{given: "executability = true", option: "E"},
	{given: "existing = true", option: "--existing", sends: "nothing"},
	{given: "group = true", option: "g"},
	{given: "groupmap = '*:$GID', group = true", option: "--groupmap=*:$GID"},
	{given: "hard_links = true", option: "H"},
	{given: "ignore_errors = true", option: "--ignore-errors"},
	{given: "ignore_times = true", option: "I"},
	{given: "inplace = true", option: "--inplace"},
	{given: "ipv4 = true", option: "4", target: "remote"},
	{given: "ipv6 = true", option: "6", target: "remote"},
	{given: "keep_dirlinks = true", option: "K"},
	{given: "links = false"},
	{given: "modify_window = 2", option: "--modify-window=2"},
	{given: "omit_dir_times = true", option: "O"},
	{given: "omit_link_times = true", option: "J"},
	{given: "one_file_system = true", option: "x"},
	{given: "owner = true", option: "o"},
	{given: "password_file = '$DIR/secret'", option: "--password-file=$DIR/secret", target: "module"},
	{given: "perms = true", option: "p"},
	{given: "protect_args = false"},
	{given: "prune_empty_dirs = true", option: "m"},
	{given: "quiet = true", option: "q"},
	{given: "rsh = '$DIR/rsh'", option: "--rsh=$DIR/rsh", target: "remote"},
	{given: "rsync_path = 'env rsync'", option: "--rsync-path=env rsync", target: "remote"},
	{given: "sparse = true", option: "S"},
	{given: "suffix = '.old', backup = true", option: "--suffix=.old"},
	{given: "temp_dir = '$DIR'", option: "--temp-dir=$DIR"},
	{given: "timeout = 30", option: "--timeout=30"},
	{given: "times = true", option: "t"},
	{given: "transfer = 'filter'"},
	{given: "update = true", option: "u"},
	{given: "usermap = '*:$UID', owner = true", option: "--usermap=*:$UID"},
	{given: "verbose = true", option: "v"},
	{given: "whole_file = true", option: "W"},
	{given: "xattrs = true", option: "X"},
	{given: "_extra = { '--stats', '--partial-dir=.p q' }", option: "--partial-dir=.p q"},
}

// §9: the real rsync takes the command line of each parameter, at startup and for a batch, and does its work.
func TestRsyncParameters(t *testing.T) {
	for _, p := range parameters {
		name, _, _ := strings.Cut(p.given, " ") // of the test, and so of its directory, which a shell gets to see
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			p.install(st)
			fill := strings.NewReplacer("$DIR", st.dir, "$UID", fmt.Sprint(os.Getuid()), "$GID", fmt.Sprint(os.Getgid())).Replace
			st.config(fmt.Sprintf("sync{ default.rsync, source = source, target = %q, exclude = '*.tmp', rsync = { %s } }",
				p.place(st), fill(p.given)))
			st.file("source/first", "1")
			st.start()
			p.transfers(st, fill(p.option), "first")

			st.file("source/d/second", "2")
			st.event(event.Create, "d/")
			st.event(event.Create, "d/second")
			st.event(event.Delete, "gone")
			st.advance(15 * time.Second)
			p.transfers(st, fill(p.option), "d/second")
			st.quiet()
		})
	}
}

// install makes what the values of the table name: a remote shell, which runs its command here,
// an rsync daemon on it, and a password.
func (p parameter) install(st *stage) {
	st.Helper()
	st.file("rsh", "#!/bin/sh\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done\nshift\nexec sh -c \"$*\"\n")
	st.file("secret", "word\n")
	st.file("secrets", "me:word\n")
	st.file("rsyncd.conf", fmt.Sprintf(
		"use chroot = no\n[module]\npath = %s\nread only = no\nauth users = me\nsecrets file = %s\nuid = %d\ngid = %d\n",
		st.target, st.dir+"/secrets", os.Getuid(), os.Getgid()))
	for name, mode := range map[string]os.FileMode{"rsh": 0o755, "secret": 0o600, "secrets": 0o600} {
		if err := os.Chmod(filepath.Join(st.dir, name), mode); err != nil {
			st.Fatal(err)
		}
	}
}

func (p parameter) place(st *stage) string {
	switch p.target {
	case "remote":
		return "host:" + st.target
	case "module":
		return "rsync://me@host/module"
	}
	return st.target
}

// transfers runs what was started and looks at its words and at the target.
func (p parameter) transfers(st *stage, option, name string) {
	st.Helper()
	cmd := st.command()
	if !slices.ContainsFunc(cmd.Args, func(arg string) bool { return carries(arg, option) }) {
		st.Errorf("%q is not in %q", option, cmd.Args)
	}
	code, output := perform(st, cmd)
	if code != 0 {
		st.Errorf("rsync %q: exit code %d: %s", cmd.Args, code, output)
	}
	_, err := os.Stat(st.target + name)
	if arrived := err == nil; arrived != (p.sends == "") {
		st.Errorf("rsync %q: %s is at the target: %v; %s", cmd.Args, name, arrived, output)
	}
	st.exit(code)
}

// carries reports whether arg is an option, or a group of letters with it.
func carries(arg, option string) bool {
	if option == "" || arg == option {
		return true
	}
	return len(option) == 1 && arg[0] == '-' && arg[1:2] != "-" && strings.Contains(arg, option)
}

// perform runs a child as the engine would, and returns its exit code and what it printed.
func perform(st *stage, cmd *process.Command) (code int, output string) {
	st.Helper()
	c := exec.Command(cmd.Binary, cmd.Args...)
	c.Stdin = strings.NewReader(input(st, cmd))
	c.Env = append(os.Environ(), "RSYNC_RSH="+st.dir+"/rsh", "RSYNC_CONNECT_PROG=rsync --config="+st.dir+"/rsyncd.conf --daemon")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil && c.ProcessState == nil {
		st.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String()
}

// §9: there is no parameter of the table rsync that the list above leaves out.
func TestRsyncParametersAreComplete(t *testing.T) {
	st := start(t, `for name, kind in pairs(default.rsync.checkgauge.rsync) do if not kind:find("^no: ") then ok(name) end end `+idle)
	var missing []string
	for _, name := range st.logged("Ok") {
		if !slices.ContainsFunc(parameters, func(p parameter) bool {
			return strings.HasPrefix(p.given, name+" =") || strings.HasPrefix(p.given, "['"+name+"']")
		}) {
			missing = append(missing, name)
		}
	}
	if len(st.logged("Ok")) < 50 || len(missing) > 0 {
		t.Errorf("of %d parameters these are not tried: %q", len(st.logged("Ok")), missing)
	}
}
