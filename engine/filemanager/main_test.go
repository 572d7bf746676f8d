package filemanager_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
)

// roles are what this binary does when a test starts it again.
var roles = map[string]func() int{}

// roleEnv names one of them.
const roleEnv = "FILEMANAGER_TEST_ROLE"

func TestMain(m *testing.M) {
	if run := roles[os.Getenv(roleEnv)]; run != nil {
		os.Exit(run())
	}
	goleak.VerifyTestMain(m)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put makes a file, and the directories above it.
func put(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(t, os.WriteFile(path, []byte(content), 0o600))
	check(t, os.Chmod(path, mode))
}

// rule compiles one rule for the trees src and dst of a directory.
func rule(t testing.TB, s filerule.Spec) *filerule.Rules {
	t.Helper()
	r, errs := filerule.Compile([]filerule.Spec{s}, filemanager.SystemIDs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return r
}

// into is a rule that takes what is in src to the same name in dst.
func into(action, src, dst string, more ...func(*filerule.Spec)) filerule.Spec {
	s := filerule.Spec{Action: action, SrcRe: "(?s)^" + src + "/(.*)$"}
	if action != "delete" {
		s.DstRe = dst + `/\1`
	}
	for _, f := range more {
		f(&s)
	}
	return s
}

func run(t testing.TB, r *filerule.Rules, path string) error {
	t.Helper()
	op, ok, err := r.Match(path)
	if err != nil || !ok {
		t.Fatalf("no rule for %q: %v", path, err)
	}
	return filemanager.Run(context.Background(), op, func(f string, a ...any) { t.Logf(f, a...) })
}

func must(t testing.TB, r *filerule.Rules, path string) {
	t.Helper()
	check(t, run(t, r, path))
}

// refused runs a rule that has to fail with all the words.
func refused(t testing.TB, r *filerule.Rules, path string, words ...string) {
	t.Helper()
	err := run(t, r, path)
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("%q: %v, want %q", path, err, w)
		}
	}
}

// list is all that is below a directory: names, contents, modes.
func list(t testing.TB, dir string) string {
	t.Helper()
	var out []string
	check(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		line := strings.TrimPrefix(path, dir+"/") + " " + info.Mode().String()
		switch info.Mode().Type() {
		case 0:
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += " " + string(b)
		case fs.ModeSymlink:
			text, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line += " " + text
		}
		out = append(out, line)
		return nil
	}))
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func expect(t testing.TB, dir, want string) {
	t.Helper()
	if got := list(t, dir); got != want {
		t.Errorf("%s holds\n%s\nwant\n%s", filepath.Base(dir), got, want)
	}
}

func sides(t testing.TB) (src, dst string) {
	t.Helper()
	top := t.TempDir()
	src, dst = top+"/src", top+"/dst"
	check(t, os.Mkdir(src, 0o755))
	check(t, os.Mkdir(dst, 0o755))
	return src, dst
}
