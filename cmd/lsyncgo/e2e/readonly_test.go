package e2e

import (
	"strings"
	"testing"
)

// §1: status and resume read the settings of a config and do nothing else of what it does when a daemon starts.
func TestStatusOnlyReads(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	config := p.config(`
os.execute("echo executed >> $DIR/did")
io.open("$DIR/did", "a"):write("written"):close()
os.remove("$DIR/kept")
settings{ pidfile = "$DIR/" .. io.popen("echo pid"):read() }
sync{ source = "$SOURCE", onCreate = "true" }`)
	p.write("kept", "1")
	for _, args := range [][]string{{"status", config}, {"resume", "Sync1", config}} {
		d := start(t, args...)
		if code := d.wait(); code == 0 || !strings.Contains(d.out.String(), p.path("pid")) {
			t.Errorf("%s: exit status %d: %s", args[0], code, d.out)
		}
	}
	if p.exists("did") || !p.exists("kept") {
		t.Errorf("the config was run as for a daemon: %q", p.content("did"))
	}
}
