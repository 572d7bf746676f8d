package config

import (
	"os"
	"path/filepath"
	"testing"

	glua "github.com/yuin/gopher-lua"
)

// What the reader of a sync takes, the checkgauge that every preset inherits allows: a key that is entered
// in one of the two alone is either refused in all presets, or not checked.
func TestGaugeHasKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "c.lua")
	if err := os.WriteFile(file, []byte("sync{ source = '"+dir+"', onCreate = true }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Load(Options{Config: file, Dir: dir, NoDaemon: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Scripts.Close()
	gauge, ok := r.presets.table.RawGetString("checkgauge").(*glua.LTable)
	if !ok {
		t.Fatal("default has no checkgauge")
	}
	names := syncKeys.Names()
	if len(names) == 0 {
		t.Fatal("a sync has no keys")
	}
	for _, name := range names {
		if gauge.RawGetString(name) == glua.LNil {
			t.Errorf("default.checkgauge has no %s", name)
		}
	}
}
