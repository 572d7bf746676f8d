package root

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// §2, §9: a path is followed to the directory that it means, and all links on the way are named, also where they lead nowhere.
func TestFollow(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"rel/1/data", "rel/2"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"current": "rel/1", "www": "current/data", "up": "rel/../rel//2/.", "abs": top + "/www", "rel/back": "../current",
		"gone": "rel/3", "to-gone": "gone/x", "loop": "loop", "file/x": "",
	} {
		path := filepath.Join(top, name)
		if text == "" {
			err = os.WriteFile(filepath.Dir(path), nil, 0o644)
		} else {
			err = os.Symlink(text, path)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path, leads string // "": nowhere
		links       []string
	}{
		{"rel/1", "rel/1", nil},
		{"rel//1/", "rel/1", nil},
		{"current", "rel/1", []string{"current"}},
		{"www/", "rel/1/data", []string{"www", "current"}},
		{"abs", "rel/1/data", []string{"abs", "www", "current"}},
		{"current/data", "rel/1/data", []string{"current"}},
		{"rel/back/../2", "rel/2", []string{"rel/back", "current"}},
		{"up", "rel/2", []string{"up"}},
		{"gone", "", []string{"gone"}},
		{"to-gone", "", []string{"to-gone", "gone"}},
		{"current/none", "", []string{"current"}},
		{"none", "", nil},
		{"file", "", nil},
	} {
		trail, err := Follow(top + "/" + c.path)
		if (err == nil) != (c.leads != "") || err == nil && trail.Path != filepath.Join(top, c.leads) {
			t.Errorf("%s leads to %s (%v), not %s", c.path, trail.Path, err, c.leads)
		}
		for i := range c.links {
			c.links[i] = filepath.Join(top, c.links[i])
		}
		if !slices.Equal(trail.Links, c.links) {
			t.Errorf("%s: links %q, not %q", c.path, trail.Links, c.links)
		}
	}
	if trail, err := Follow(top + "/loop"); err == nil {
		t.Errorf("a loop leads to %s", trail.Path)
	}
}
