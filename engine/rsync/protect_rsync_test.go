package rsync

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/event"
)

// protectNames are hard to say to rsync.
var protectNames = []string{"a", "a*", "*", "**", "***", "?", "[a]", "[", "]", "[!a]", `\`, `\*`, `a\`, `\\[`, " ", "a ", "-a", "#a", "+ a", "\xff", "a\nb", "!", "...", "'\""}

// §9: rsync keeps exactly the directories that it is told to, in each way in which it is started, whatever they are called.
func TestProtectAgainstRsync(t *testing.T) {
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, seed))
	for range 60 {
		p := newPair(t, t.TempDir()+"/")
		p.deletes = true
		name := func() string { return protectNames[rng.IntN(len(protectNames))] }
		kept := name() + "/" + name() + "/"
		other := name() + "x/" + name() + "/"
		for _, dir := range []string{kept, kept + "deep/", other} {
			if err := os.MkdirAll(p.target+dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p.target+dir+"f", nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		entries := []Entry{{Kind: event.Delete, Path: kept[:strings.IndexByte(kept, '/')+1]}, {Kind: event.Delete, Path: kept},
			{Kind: event.Delete, Path: kept + "deep/f"}, {Kind: event.Delete, Path: other[:strings.IndexByte(other, '/')+1]}}
		recursive := []string{"-r", "--delete", "--delete-excluded", "--include=***", p.source, p.target}
		for way, args := range map[string][]string{"plan": p.options(t), "recursive": recursive} {
			var list bytes.Buffer
			if way == "plan" {
				plan := p.plan(t, entries...)
				plan.Spared = []string{kept}
				if _, err := plan.Write(t.Context(), &list); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("rsync", append(ProtectOptions([]string{kept}), args...)...)
			cmd.Stdin = &list
			if out, err := cmd.CombinedOutput(); err != nil {
				if strings.Contains(string(out), "invalid file mode") { // this rsync deletes no single paths
					continue
				}
				t.Fatalf("%s, %q: %v\n%s", way, kept, err, out)
			}
			for _, f := range []string{kept + "f", kept + "deep/f"} {
				if _, err := os.Lstat(filepath.Join(p.target, f)); err != nil {
					t.Errorf("%s: %q was deleted (seed %d)", way, f, seed)
				}
			}
			if _, err := os.Lstat(p.target + other + "f"); err == nil {
				t.Errorf("%s: %q is kept by the rule for %q (seed %d)", way, other, kept, seed)
			}
		}
	}
}

// TestProtectLongPaths: rsync ignores a rule that is too long, so a directory above is kept instead.
func TestProtectLongPaths(t *testing.T) {
	deep := strings.Repeat(strings.Repeat("*", 200)+"/", 30)
	for _, option := range ProtectOptions([]string{deep, "a/"}) {
		if len(option) > maxRule+20 || !strings.HasPrefix(option, "--filter=P /") || !strings.HasSuffix(option, "/***") {
			t.Errorf("%d bytes: %.40q", len(option), option)
		}
	}
}
