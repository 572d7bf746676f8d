package mirror_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat/treetest"
	"lsyncgo/engine/mirror"
)

func TestMain(m *testing.M) {
	if run := helpers[os.Getenv(helperEnv)]; run != nil {
		os.Exit(run())
	}
	goleak.VerifyTestMain(m)
}

// helperEnv names the helper that a test starts this binary again for.
const helperEnv = "MIRROR_TEST_HELPER"

// helpers are what the test binary does when it is started again by a test.
var helpers = map[string]func() int{}

// defaults are those of an exact mirror, on systems too that have no safe way for root.
func defaults() mirror.Options {
	o := mirror.Defaults()
	o.Unsafe = true
	return o
}

// sides makes an empty source and target.
func sides(t testing.TB) mirror.Options {
	t.Helper()
	return sidesIn(t, t.TempDir())
}

func sidesIn(t testing.TB, top string) mirror.Options {
	t.Helper()
	o := defaults()
	o.Source, o.Target = filepath.Join(top, "source")+"/", filepath.Join(top, "target")+"/"
	for _, d := range []string{o.Source, o.Target} {
		check(t, os.Mkdir(d, 0o755))
	}
	return o
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// old is a time that no test reaches by itself.
var old = time.Date(2001, 2, 3, 4, 5, 6, 789_012_345, time.UTC)

// put makes a file, and the directories above it.
func put(t testing.TB, path, content string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(t, os.WriteFile(path, []byte(content), 0o644))
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	check(t, err)
	return string(b)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// ops reads "create d/", "tree d/", "modify f", "attrib f", "delete f", "move a > b".
func ops(lines ...string) []mirror.Op {
	kinds := map[string]event.Kind{"create": event.Create, "tree": event.Create, "modify": event.Modify,
		"attrib": event.Attrib, "delete": event.Delete, "move": event.Move, "full": event.Full}
	var out []mirror.Op
	for _, l := range lines {
		word, path, _ := strings.Cut(l, " ")
		from, to, _ := strings.Cut(path, " > ")
		out = append(out, mirror.Op{Kind: kinds[word], Path: from, Dest: to, Tree: word == "tree"})
	}
	return out
}

func apply(t testing.TB, o mirror.Options, ops []mirror.Op) mirror.Report {
	t.Helper()
	r, err := mirror.Apply(context.Background(), o, ops)
	if err != nil || r.ExitCode() != mirror.ExitOK {
		t.Fatalf("Apply: %v, %+v", err, r)
	}
	return r
}

func tree(t testing.TB, o mirror.Options) mirror.Report {
	t.Helper()
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != mirror.ExitOK {
		t.Fatalf("Tree: %v, %+v", err, r)
	}
	same(t, o)
	return r
}

func same(t testing.TB, o mirror.Options) {
	t.Helper()
	if diff := treetest.Equal(o.Source, o.Target, kept); len(diff) > 0 {
		t.Fatalf("%d differences: %q", len(diff), diff)
	}
}
