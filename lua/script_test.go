package lua_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScripts plays testdata/*.lua: configs that check themselves in their callbacks. Lines that
// start with "--> " are directions to the engine around them, in order; see player.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			st := newStage(t)
			if st.options.Config, err = filepath.Abs(file); err != nil {
				t.Fatal(err)
			}
			st.start()
			p := &player{stage: st}
			directions := 0
			for l := range strings.Lines(string(text)) {
				if direction, ok := strings.CutPrefix(strings.TrimRight(l, "\n"), "--> "); ok && !t.Failed() {
					p.play(direction)
					directions++
				}
			}
			if directions == 0 {
				t.Error("no directions")
			}
			st.quiet()
		})
	}
}
