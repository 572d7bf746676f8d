//go:build unix

package rsync

import (
	"os"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/event"
)

// deepSource makes a source whose deepest directory has a path that rsync takes, and the kernel does not with the source's before it.
func deepSource(t *testing.T) (source, dir string) {
	t.Helper()
	source = t.TempDir() + "/"
	at, err := os.OpenRoot(source)
	name := strings.Repeat("n", 99)
	for range 40 {
		if err == nil {
			err = at.Mkdir(name, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		next, nerr := at.OpenRoot(name)
		_ = at.Close()
		at, err = next, nerr
		dir += name + "/"
	}
	if err == nil {
		last := strings.Repeat("l", maxListed-len(dir)-len("/f"))
		dir += last + "/"
		if err = at.Mkdir(last, 0o755); err == nil {
			if err = at.WriteFile(last+"/f", nil, 0o644); err == nil {
				err = at.Link(last+"/f", "other")
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return source, dir
}

// §9: depth hides nothing.
func TestPlanDeep(t *testing.T) {
	source, dir := deepSource(t)
	if len(source)+len(dir) < 4096 {
		t.Fatalf("a path of %d bytes is not long", len(source)+len(dir))
	}
	tests := []struct {
		name string
		e    Entry
		want []string
	}{
		{"all", Entry{Kind: event.Full, Tree: true}, []string{"./" + dir}},
		{"the deepest", Entry{Kind: event.Create, Path: dir, Tree: true}, []string{"./" + dir}},
		{"a file", Entry{Kind: event.Modify, Path: dir + "f"}, []string{"./" + dir + "f", "./" + parent(dir) + "other"}},
		{"gone", Entry{Kind: event.Delete, Path: dir + "g"}, []string{"./" + dir + "g"}},
	}
	for _, x := range tests {
		lines, sum := planned(t, &Plan{Source: source, Entries: []Entry{x.e}, HardLinks: true, Delete: true})
		for _, w := range x.want {
			if !slices.Contains(lines, w) {
				t.Errorf("%s: %d lines, and not ...%s", x.name, len(lines), w[len(w)-20:])
			}
		}
		if len(sum.TooLong) > 0 || x.name == "gone" && sum.Missing != 1 {
			t.Errorf("%s: %d too long, %d missing", x.name, len(sum.TooLong), sum.Missing)
		}
	}
}
