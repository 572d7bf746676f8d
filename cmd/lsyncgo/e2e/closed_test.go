package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// closed makes directories with a file in each, closes them to their owner, and puts the top one at name.
func (p *place) closed(name string, mode os.FileMode, dirs ...string) {
	p.t.Helper()
	for _, dir := range dirs {
		p.write("closing/"+dir+"/file", dir)
	}
	var made []string
	err := filepath.WalkDir(p.path("closing"), func(path string, e os.DirEntry, err error) error {
		if e.IsDir() && path != p.path("closing") {
			made = append(made, path)
		}
		return errors.Join(err, os.Lchown(path, 65534, 65534))
	})
	for _, path := range made {
		err = errors.Join(err, os.Chmod(path, mode))
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.rename("closing", name)
}

// modes lists what is below a directory, with modes and what files hold.
func (p *place) modes(name string) string {
	out, err := exec.Command("find", p.path(name), "-mindepth", "1", "-printf", "%P %y %m\n").Output()
	if err != nil {
		return err.Error()
	}
	return p.names(name) + sortedLines(string(out))
}

// §9: what is in directories that their owner has closed is sent, renamed and deleted for an ordinary user.
func TestClosedDirectories(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"direct": `sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.2 }`,
		"rsync":  `sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.2, rsync = { archive = true } }`,
		"rsyncssh": `sync { default.rsyncssh, source = "$SOURCE", host = "target", targetdir = "$TARGET", delay = 0.2, rsync = { archive = true },
			ssh = { binary = "$SSH", multiplex = false } }`, // as this user, whose directories are no obstacle to the superuser
	} {
		for _, mode := range []os.FileMode{0o555, 0o500} {
			t.Run(fmt.Sprintf("%s %o", name, mode), func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.mkdir("source")
				p.mkdir("target")
				p.closed("source/first", mode, "a/b", "a/c", "d")
				p.write("ssh", "#!/bin/sh\nwhile [ \"$1\" != target ]; do shift; done\nshift\nexec sh -c \"$*\"\n")
				p.chmod("ssh", 0o755)
				d := p.unprivileged("-pidfile", p.path("pid"), p.config(strings.Replace(config, "$SSH", p.path("ssh"), 1)))
				defer d.stop()
				arrived := func(what string) {
					t.Helper()
					eventually(t, what, func() bool { return p.modes("source") == p.modes("target") && p.idle() })
				}
				arrived("startup")
				p.closed("source/second", mode, "e/f", "g")
				arrived("a tree that comes")
				p.remove("source/second/e")
				arrived("a tree that goes")
				p.remove("source/first/a/b")
				p.remove("source/first/a/file")
				p.write("source/first/d/new", "new")
				arrived("changes in closed directories")
				p.rename("source/first/a/c", "source/second/g/c")
				arrived("a rename from one to the other")
				p.remove("source/second")
				p.write("source/second", "a file now")
				arrived("a file in its place")
			})
		}
	}
}
