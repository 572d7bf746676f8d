package lua_test

import (
	"strings"
	"testing"
)

// §6: an exit code that ends the program is said with the key that would give it another meaning.
func TestCodesKey(t *testing.T) {
	for text, key := range map[string]string{
		"sync{ default.rsync, source = source, target = '/t' }":                    "exitcodes",
		"sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t' }":  "rsyncExitCodes",
		"sync{ source = source, onStartup = 'true', exitcodes = { [0] = 'ok' } }":  "exitcodes",
		"sync{ default.direct, source = source, target = source .. '/../target' }": "exitcodes",
	} {
		stubs(t)
		st := start(t, text)
		st.exit(4)
		if said := strings.Join(st.logged("Error"), "\n"); !strings.Contains(said, "; "+key+" = { [4] = \"again\" } in the sync at ") {
			t.Errorf("%s: %q", text, said)
		}
	}
}
