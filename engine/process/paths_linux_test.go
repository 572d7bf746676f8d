package process

import (
	"os"
	"path/filepath"
	"testing"
)

// A binary that has gone from where it was found is found elsewhere, however short ago that was.
func TestPathIsForgotten(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for dir, code := range map[string]string{first: "3", second: "4"} {
		if err := os.WriteFile(filepath.Join(dir, "tool"), []byte("#!/bin/sh\nexit "+code+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", first+":"+second+":"+os.Getenv("PATH"))
	r := newRunner(t, Options{})
	for i, want := range []int{3, 4} {
		r.Start(1, &Command{Binary: "tool"})
		if res := next(t, r).Result; res.Code != want {
			t.Errorf("start %d: got %+v, want exit code %d", i+1, res, want)
		}
		if err := os.RemoveAll(filepath.Join(first, "tool")); err != nil {
			t.Fatal(err)
		}
	}
}
