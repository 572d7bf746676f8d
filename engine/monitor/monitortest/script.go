package monitortest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// step is something done below the root and what has to be reported for it.
type step struct {
	do   string // commands, separated by ";"
	want string // events, separated by ";"
}

// script is one conversation with a monitor. The root is the directory root/; paths
// are relative to it, so that ../x is outside.
type script struct {
	name  string
	setup string // done before the root is watched
	steps []step
}

// run does the commands of a line.
func run(t *testing.T, root, line string) {
	t.Helper()
	for command := range strings.SplitSeq(line, ";") {
		words := strings.Fields(command)
		if len(words) == 0 {
			continue
		}
		if err := do(root, words[0], words[1:]); err != nil {
			t.Fatalf("%s: %v", strings.TrimSpace(command), err)
		}
	}
}

func do(root, verb string, args []string) error {
	path := make([]string, len(args))
	for i, a := range args {
		path[i] = filepath.Join(root, a)
	}
	switch verb {
	case "mkdir":
		return os.MkdirAll(path[0], 0o755)
	case "write":
		return os.WriteFile(path[0], []byte(strings.Join(args[1:], " ")), 0o644)
	case "append":
		f, err := os.OpenFile(path[0], os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(args[1])
		return firstErr(err, f.Close())
	case "touch": // opens for writing, writes nothing
		f, err := os.OpenFile(path[0], os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		return f.Close()
	case "mv":
		return rename(path[0], path[1])
	case "rm":
		return os.Remove(path[0])
	case "rmr":
		return os.RemoveAll(path[0])
	case "ln":
		return os.Link(path[0], path[1])
	case "symlink":
		return os.Symlink(args[0], path[1])
	case "chmod":
		var mode os.FileMode
		if _, err := fmt.Sscanf(args[0], "%o", &mode); err != nil {
			return err
		}
		return os.Chmod(path[1], mode)
	}
	return doSystem(path, verb)
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// compare waits until the events since the last step are the wanted ones.
func (s *Session) compare(want string) {
	s.T.Helper()
	want = strings.Join(lines(strings.ReplaceAll(want, ";", "\n")), "\n")
	got := func() string { return strings.Join(lines(Format(s.log)), "\n") }
	s.Sync()
	if !s.wait(func() bool { return got() == want || strings.Count(got(), "\n") > strings.Count(want, "\n") }) || got() != want {
		s.T.Fatalf("reported\n%s\nwanted\n%s", got(), want)
	}
	s.Take()
}

// lines drops what a monitor may add: a Modify or Attrib of what was just said, and repetitions.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if n := len(out); n > 0 {
			last := out[n-1]
			kind, path, _ := strings.Cut(line, " ")
			lastKind, lastPath, _ := strings.Cut(last, " ")
			if line == last || path == lastPath && lastKind == "Create" && kind == "Modify" {
				continue
			}
		}
		out = append(out, line)
	}
	return out
}
