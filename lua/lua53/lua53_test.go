package lua53

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// lua53 runs a script in the reference implementation. It has to be installed: without it nothing would notice that
// the two drift apart. What the machine has of modules, and what its environment runs first, is none of the test's business.
func lua53(t *testing.T, path string, env ...string) string {
	t.Helper()
	cmd := exec.Command("lua5.3", path)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "LUA_") }), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lua5.3 %s: %v (the Debian package is lua5.3)", path, err)
	}
	return string(out)
}

// TestAgainstLua53 runs the scripts of testdata/compare.
// §2: the same results as Lua 5.3.
func TestAgainstLua53(t *testing.T) {
	scripts, err := filepath.Glob("testdata/compare/*.lua")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(filepath.Base(script), func(t *testing.T) {
			src, err := os.ReadFile(script)
			if err != nil {
				t.Fatal(err)
			}
			for _, seed := range seeds(t) {
				t.Setenv("SEED", strconv.Itoa(seed))
				want := lua53(t, script)
				L := NewState()
				got, err := run(t, L, script, string(src))
				Close(L)
				if err != nil {
					t.Fatal(err)
				}
				diffLines(t, "seed "+strconv.Itoa(seed), "", got, want)
			}
		})
	}
}

// seeds are those to compare with: the first, or up to COMPARE_SEEDS.
func seeds(t *testing.T) (list []int) {
	t.Helper()
	last := 1
	if text := os.Getenv("COMPARE_SEEDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("COMPARE_SEEDS=%s is not the number of the last seed", text)
		}
		last = n
	}
	for seed := 1; seed <= last; seed++ {
		list = append(list, seed)
	}
	return list
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}
