//go:build unix

package process

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// §2 spawn: a name without a slash is looked up in PATH, directory after directory.
func TestLookedUpInPath(t *testing.T) {
	dir := t.TempDir()
	for _, tool := range []struct {
		path string
		mode os.FileMode
	}{{"first/tool", 0o644}, {"second/tool", 0o755}, {"third/tool", 0o755}} {
		path := filepath.Join(dir, tool.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\necho \"$0\"\n"), tool.mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+"/first:"+dir+"/second:"+dir+"/third")
	for binary, want := range map[string]string{"tool": dir + "/second/tool", dir + "/third/tool": dir + "/third/tool"} {
		res := run(t, &Command{Binary: binary})
		if res.Code != 0 || !slices.Equal(res.Tail, []string{want}) {
			t.Errorf("%s: got %+v, want %s to run", binary, res, want)
		}
	}
}
