//go:build linux && !portable

package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/mirror"
)

// These tests run in a process that may have 64 descriptors.
func init() {
	for name, run := range deepCases {
		helpers["deep "+name] = func() int {
			o := mirror.Defaults()
			o.Source, o.Target = os.Args[1]+"/source/", os.Args[1]+"/target/"
			if err := run(o); err != nil {
				fmt.Println(err)
				return 1
			}
			return 0
		}
	}
}

// §9: depth costs no descriptors.
func TestFewDescriptors(t *testing.T) {
	for name := range deepCases {
		t.Run(name, func(t *testing.T) {
			o := sides(t)
			dir := strings.TrimSuffix(o.Source, "/source/")
			cmd := exec.Command("/bin/sh", "-c", `ulimit -n 64 && exec "$0" "$1"`, os.Args[0], dir)
			cmd.Env = append(os.Environ(), helperEnv+"=deep "+name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %.500s", err, out)
			}
		})
	}
}

// chain makes directories in each other, with a file in each, and on the side one more directory, and calls f in the last one.
func chain(top, name string, levels int, side bool, f func(*os.Root) error) error {
	at, err := os.OpenRoot(top)
	for range levels {
		if err != nil {
			return err
		}
		err = at.WriteFile("f", []byte("1"), 0o644)
		if err == nil && side {
			err = at.Mkdir("side", 0o755)
		}
		if err == nil {
			err = at.Mkdir(name, 0o755)
		}
		next, nerr := at.OpenRoot(name)
		_ = at.Close()
		if err == nil {
			err = nerr
		}
		at = next
	}
	if err == nil && f != nil {
		err = f(at)
	}
	_ = at.Close()
	return err
}

// count returns how many entries are below dir, and which are in the deepest directory.
func count(dir string) (n int, err error) {
	c, err := descent.Open(dir)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	var walk func() error
	walk = func() error {
		var dirs []string
		err := c.ReadDir(func(e fs.DirEntry) error {
			n++
			if e.IsDir() {
				dirs = append(dirs, e.Name())
			}
			return nil
		})
		for _, d := range dirs {
			if err == nil {
				err = c.Down(d)
			}
			if err == nil {
				err = walk()
			}
			if err == nil {
				err = c.Up()
			}
		}
		return err
	}
	err = walk()
	return n, err
}

// whole brings everything in step and wants copied files and n entries at the target.
func whole(o mirror.Options, copied int64, n int) error {
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != mirror.ExitOK || r.Copied != copied {
		return fmt.Errorf("Tree: %w, %+v", err, r)
	}
	if got, err := count(o.Target); err != nil || got != n {
		return fmt.Errorf("the target has %d entries, want %d (%w)", got, n, err)
	}
	return nil
}

func act(o mirror.Options, lines ...string) error {
	r, err := mirror.Apply(context.Background(), o, ops(lines...))
	if err != nil || r.ExitCode() != mirror.ExitOK {
		return fmt.Errorf("Apply: %w, %+v", err, r)
	}
	return nil
}

var deepCases = map[string]func(mirror.Options) error{
	"levels": func(o mirror.Options) error { return deepTree(o, "d", 2000) },
	"paths":  func(o mirror.Options) error { return deepTree(o, strings.Repeat("n", 200), 100) },
	"wide":   wideTree,
	"source moved": func(o mirror.Options) error {
		return movedTree(o, o.Source)
	},
	"target moved": func(o mirror.Options) error {
		return movedTree(o, o.Target)
	},
}

// deepTree goes through all that walks trees: copying, changes at the bottom, other names of a file that was changed at
// the top, counting and removing.
func deepTree(o mirror.Options, name string, levels int) error {
	err := chain(o.Source, name, levels, false, func(last *os.Root) error { return last.WriteFile("last", []byte("1"), 0o644) })
	if err == nil {
		err = whole(o, int64(levels)+1, 2*levels+1)
	}
	bottom := strings.Repeat(name+"/", levels)
	if err == nil {
		err = bottomOf(o.Source, name, levels, func(last *os.Root) error {
			if err := last.Link("last", "other"); err != nil {
				return err
			}
			return last.WriteFile("last", []byte("22"), 0o644)
		})
	}
	if err == nil {
		err = act(o, "modify "+bottom+"last") // which has to find the other name
	}
	if err == nil {
		err = bottomOf(o.Target, name, levels, func(last *os.Root) error {
			b, err := last.ReadFile("other")
			if err == nil && string(b) != "22" {
				err = fmt.Errorf("the other name holds %q", b)
			}
			return err
		})
	}
	if err == nil {
		err = os.Rename(o.Source+name, strings.TrimSuffix(o.Source, "/")+".was")
	}
	if err != nil {
		return err
	}
	if n, err := mirror.Surplus(context.Background(), o, ""); err != nil || n != 2*levels+1 {
		return fmt.Errorf("%d would be removed, want %d (%w)", n, 2*levels+1, err)
	}
	return whole(o, 0, 1)
}

// bottomOf calls f in the last directory of a chain.
func bottomOf(top, name string, levels int, f func(*os.Root) error) error {
	at, err := os.OpenRoot(top)
	for range levels {
		if err != nil {
			return err
		}
		next, nerr := at.OpenRoot(name)
		_ = at.Close()
		at, err = next, nerr
	}
	if err != nil {
		return err
	}
	defer func() { _ = at.Close() }()
	return f(at)
}

// wideTree has deep trees beside each other, on which several goroutines work.
func wideTree(o mirror.Options) error {
	const trees, levels = 16, 30
	o.Workers = 4
	for i := range trees {
		dir := fmt.Sprintf("%s%d", o.Source, i)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		if err := chain(dir, "d", levels, true, nil); err != nil {
			return err
		}
	}
	if err := whole(o, trees*levels, trees*(3*levels+1)); err != nil {
		return err
	}
	if err := os.RemoveAll(o.Source); err != nil {
		return err
	}
	if err := os.Mkdir(o.Source, 0o755); err != nil {
		return err
	}
	return whole(o, 0, 0)
}

// movedTree moves a directory of one side away while what is below it is worked on.
func movedTree(o mirror.Options, side string) error {
	const levels, at, from = 60, 50, 30
	if err := chain(o.Source, "d", levels, true, nil); err != nil {
		return err
	}
	elsewhere := strings.TrimSuffix(o.Source, "source/") + "elsewhere/"
	if err := os.Mkdir(elsewhere, 0o755); err != nil {
		return err
	}
	moved := side + strings.Repeat("d/", from)
	calls := 0
	o.Excluded = func(path string) bool {
		if path == strings.Repeat("d/", at)+"f" {
			if calls++; calls == 1 {
				if err := errors.Join(os.Rename(moved, elsewhere+"d"), os.Rename(elsewhere+"d/d", elsewhere+"e")); err != nil {
					panic(err)
				}
			}
		}
		return false
	}
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() == mirror.ExitOK {
		return fmt.Errorf("nothing is told of what was moved: %w, %+v", err, r)
	}
	list, err := os.ReadDir(elsewhere)
	if err != nil || len(list) != 2 {
		return fmt.Errorf("entries were made where the directory was moved to: %v (%w)", list, err)
	}
	if err := os.RemoveAll(moved); err != nil {
		return err
	}
	if err := errors.Join(os.Rename(elsewhere+"e", elsewhere+"d/d"), os.Rename(elsewhere+"d", moved)); err != nil {
		return err
	}
	if r, err = mirror.Tree(context.Background(), o, ""); err != nil || r.ExitCode() != mirror.ExitOK {
		return fmt.Errorf("Tree: %w, %+v", err, r)
	}
	if n, err := count(o.Target); err != nil || n != 3*levels {
		return fmt.Errorf("the target has %d entries, want %d (%w)", n, 3*levels, err)
	}
	var names []string
	list, err = os.ReadDir(o.Target)
	for _, e := range list {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"d", "f", "side"}) {
		err = fmt.Errorf("the target holds %q", names)
	}
	return err
}
