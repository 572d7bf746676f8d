package guard_test

import (
	"os"
	"strings"
	"testing"

	"lsyncgo/engine/guard"
)

// TestCountDeep: paths longer than the kernel takes count like others.
// §9: depth hides nothing.
func TestCountDeep(t *testing.T) {
	source := t.TempDir() + "/"
	at, err := os.OpenRoot(source)
	const levels = 100
	for range levels {
		if err == nil {
			err = at.Mkdir(strings.Repeat("n", 200), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		next, nerr := at.OpenRoot(strings.Repeat("n", 200))
		_ = at.Close()
		at, err = next, nerr
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = at.Close()
	if n, err := guard.Count(t.Context(), source, false, nil); err != nil || n.Known() != levels {
		t.Errorf("%d of %d directories (%v)", n.Known(), levels, err)
	}
}
