package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/process"
	"lsyncgo/lua/config"
)

const (
	// connectLimit is how long the try of one target may take.
	connectLimit = 20 * time.Second
	// connectAbreast is how many are tried at the same time.
	connectAbreast = 4
)

// Exit codes of the script that looks at a directory on another host. 0 is not among them: a sh whose input was cut off
// would end with it.
const (
	remoteFine      = 42
	remoteNoRsync   = 71
	remoteNoParent  = 72
	remoteNoWriting = 73
	remoteNoDir     = 74
	remoteKernel    = 75
)

// lookThere asks for a directory and writes nothing. It comes by standard input, so that the login shell, which may be
// a csh or a fish, has nothing to take apart.
const lookThere = `set -f
command -v ${rsync%%%% *} >/dev/null 2>&1 || exit %d
kernel() { case $(stat -f -c %%T "$1" 2>/dev/null) in proc|sysfs|debugfs|tracefs|securityfs|devpts) exit %d ;; esac; }
if test -d "$dir"; then kernel "$dir"; test -w "$dir" || exit %d; exit %d; fi
if test -e "$dir" || test -L "$dir"; then exit %d; fi
case $dir in */*) above=${dir%%/*} ;; *) above=. ;; esac
test -d "${above:-/}" || exit %d
kernel "${above:-/}"
test -w "${above:-/}" || exit %d
exit %d
`

// connect tries each target without writing anything there, and reports whether all could be reached and written.
func (e env) connect(targets []config.Target) bool {
	verdicts := make([]error, len(targets))
	runner := process.NewRunner(process.Options{})
	waiting, running := 0, map[core.ProcID]*time.Timer{}
	for waiting < len(targets) || len(running) > 0 {
		for ; waiting < len(targets) && len(running) < connectAbreast; waiting++ {
			t, id := &targets[waiting], core.ProcID(waiting)
			if c := probe(t); c != nil {
				running[id] = time.AfterFunc(connectLimit, func() { runner.Kill(id) })
				runner.Start(id, c)
			} else if t.Dir != "" {
				verdicts[waiting] = lookHere(t.Dir)
			}
		}
		if len(running) > 0 {
			end := <-runner.Exits()
			running[end.Proc].Stop()
			delete(running, end.Proc)
			verdicts[end.Proc] = judge(&targets[end.Proc], end.Result)
		}
	}
	_ = runner.Close(context.Background()) // nothing runs any more
	fine := true
	for i, t := range targets {
		switch {
		case verdicts[i] != nil:
			fine = false
			fmt.Fprintln(e.stderr, printable.Line(fmt.Sprintf("%s: sync %q: target %s: %v", t.Place, t.Sync, t.Name(), verdicts[i])))
		case t.Untried != "":
			fmt.Fprintln(e.stdout, printable.Line(fmt.Sprintf("%s: target not tried: %s", t.Sync, t.Untried)))
		default:
			fmt.Fprintln(e.stdout, printable.Line(fmt.Sprintf("%s: target %s can be reached and written", t.Sync, t.Name())))
		}
	}
	return fine
}

// probe returns the command that tries a target; nil if none does.
func probe(t *config.Target) *process.Command {
	switch {
	case t.Daemon != "": // with everything excluded, and a dry run on top
		args := append([]string{"--dry-run", "--dirs", "--exclude=*", "--contimeout=10", "--timeout=10"}, t.Options...)
		return &process.Command{Binary: t.Binary, Args: append(args, "--", string(filepath.Separator), t.Daemon), Bound: true}
	case t.Host != "":
		args := t.Shell[1:len(t.Shell):len(t.Shell)]
		if filepath.Base(t.Shell[0]) == "ssh" { // what the config says comes first, and counts
			args = append(args, "-o", "BatchMode=yes", "-o", "ConnectTimeout=10")
		}
		dir := cmp.Or(strings.TrimRight(t.Remote, "/"), map[bool]string{true: "/", false: "."}[strings.HasPrefix(t.Remote, "/")])
		if strings.HasPrefix(dir, "-") {
			dir = "./" + dir
		}
		script := fmt.Sprintf("dir=%s\nrsync=%s\n"+lookThere, quoteForSh(dir), quoteForSh(t.Rsync),
			remoteNoRsync, remoteKernel, remoteNoWriting, remoteFine, remoteNoDir, remoteNoParent, remoteNoWriting, remoteFine)
		return &process.Command{Binary: t.Shell[0], Args: append(args, t.Host, "exec sh"), Stdin: []byte(script), Bound: true}
	}
	return nil
}

func quoteForSh(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// judge says what the end of a probe means.
func judge(t *config.Target, r core.Result) error {
	if t.Host != "" && r.Signal == 0 && r.Err == nil {
		switch r.Code {
		case remoteFine:
			return nil
		case remoteNoRsync:
			return errors.New("there is no rsync at the target (install it there, or name it with rsync = { rsync_path = ... })")
		case remoteNoParent:
			return errors.New("the directory above the target is missing (create it there; a disk may not be mounted)")
		case remoteNoWriting:
			return errors.New("permission denied at the target (let the user who writes there do that, or use another user)")
		case remoteKernel:
			return errKernel
		case remoteNoDir:
			return errors.New("the target is no directory (name a directory, or remove what is in its place)")
		}
	}
	switch {
	case t.Daemon != "" && r.Code == failure.OK && r.Err == nil:
		return nil
	case r.Err != nil:
		return r.Err
	case r.Signal != 0:
		return fmt.Errorf("no answer within %s (is the host up, the address right, and does a firewall let it through?)", connectLimit)
	case r.Reason.Text != "":
		return errors.New(r.Reason.String())
	}
	return fmt.Errorf("it ended with exit code %d: %s", r.Code, strings.Join(r.Reason.Words(r.Tail, 3), "; "))
}

// errKernel is about file systems that let root write, as far as access(2) knows, and make no file for anybody.
var errKernel = errors.New("it is where the kernel shows its own, as in /proc and /sys, and takes no files (name another directory)")

// lookHere says what is wrong with a directory of this machine.
func lookHere(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return errors.New("it is no directory (name a directory, or remove what is in its place)")
	case err == nil && ofKernel(dir):
		return errKernel
	case err == nil && !config.WritableDir(dir):
		return errors.New("it cannot be written by this user (let the user that runs lsyncgo write there, or use another one)")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	above := filepath.Dir(dir)
	switch info, err = os.Stat(above); {
	case err != nil || !info.IsDir():
		return errors.New("the directory above the target is missing (create it; a disk may not be mounted)")
	case ofKernel(above):
		return errKernel
	case !config.WritableDir(above):
		return fmt.Errorf("it is missing, and this user cannot make it in %s (make it)", above)
	}
	return nil
}
