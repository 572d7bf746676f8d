package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// operation is something done to the source while the engines run, or a wait.
type operation struct {
	verb string
	args []string
}

// What is done to the tree. Paths are relative to the source.

func write(path string) operation         { return operation{"write", []string{path}} }
func appendText(path string) operation    { return operation{"append", []string{path}} }
func mkdir(path string) operation         { return operation{"mkdir", []string{path}} }
func remove(path string) operation        { return operation{"remove", []string{path}} }
func move(from, to string) operation      { return operation{"move", []string{from, to}} }
func chmod(path string) operation         { return operation{"chmod", []string{path}} }
func touch(path string) operation         { return operation{"touch", []string{path}} }
func symlink(path, text string) operation { return operation{"symlink", []string{path, text}} }
func hardlink(path, old string) operation { return operation{"link", []string{path, old}} }
func moveIn(outside, to string) operation { return operation{"movein", []string{to, outside}} }
func moveOut(path, name string) operation { return operation{"moveout", []string{path, name}} }
func outsideFile(path string) operation   { return operation{"outside", []string{path}} }
func writeTarget(path string) operation   { return operation{"writetarget", []string{path}} }

var (
	settle  = operation{verb: "settle"}  // wait until the engine has dealt with everything
	hold    = operation{verb: "hold"}    // let no stand-in end
	held    = operation{verb: "held"}    // wait until one is held
	release = operation{verb: "release"} // let them end
)

// paths returns those paths of the source that the operation is about.
func (o operation) paths() []string {
	switch o.verb {
	case "move", "link":
		return o.args
	case "outside", "writetarget", "settle", "hold", "held", "release":
		return nil
	}
	return o.args[:1]
}

// do carries the operation out in the place; waits are not its business.
func (o operation) do(place string) error {
	source := func(i int) string { return filepath.Join(place, "source", o.args[i]) }
	outside := func(i int) string { return filepath.Join(place, "outside", o.args[i]) }
	switch o.verb {
	case "write":
		return writeFile(source(0), []byte(content(o.args[0])))
	case "writetext":
		return writeFile(source(0), []byte(o.args[1]))
	case "writetarget":
		return writeFile(filepath.Join(place, "target", o.args[0]), []byte("old"))
	case "outside":
		return writeFile(outside(0), []byte("from outside"))
	case "append":
		return appendTo(source(0), []byte(" and more"))
	case "mkdir":
		return os.MkdirAll(source(0), 0o755)
	case "remove":
		return os.RemoveAll(source(0))
	case "move":
		return os.Rename(source(0), source(1))
	case "movein":
		return os.Rename(outside(1), source(0))
	case "moveout":
		return os.Rename(source(0), outside(1))
	case "chmod":
		return os.Chmod(source(0), 0o700)
	case "touch":
		at := time.Unix(1e9, 0)
		return os.Chtimes(source(0), at, at)
	case "symlink":
		return os.Symlink(o.args[1], source(0))
	case "link":
		return os.Link(source(1), source(0))
	case "hold":
		return writeFile(filepath.Join(place, holdFile), nil)
	case "release":
		if err := os.Remove(filepath.Join(place, holdFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	return fmt.Errorf("no operation %q", o.verb)
}

// content is what a path holds at first. Sizes differ, because Lsyncd's rsync
// does not see a change within a second that keeps the size.
func content(path string) string {
	sum := 0
	for _, b := range []byte(path) {
		sum = (sum*31 + int(b)) % 499
	}
	return "content of " + path + strings.Repeat(".", sum)
}

func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
