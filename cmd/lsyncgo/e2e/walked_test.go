package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestStatusWhileWalking, §10: while the watches of a source are placed, status tells how many directories were looked at so far, and
// the daemon ends when it is told to.
func TestStatusWhileWalking(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const dirs = 2_000 // which nobody waits for: the daemon is ended during the walk
	for i := range dirs {
		p.mkdir(fmt.Sprintf("source/%s/%d", strings.Repeat("ab", 20), i))
	}
	var rules strings.Builder // so many that the walk takes its time
	for i := range 5_000 {
		fmt.Fprintf(&rules, "*a*b*b*a*%d\n", i)
	}
	p.write("rules", rules.String())
	config := p.config(`settings { pidfile = "$DIR/pid" }
		sync { default.rsync, name = "web", source = "$SOURCE", target = "$TARGET", excludeFrom = "$DIR/rules" }`)
	d := start(t, config, "-nodaemon")
	var shot struct {
		Syncs []struct {
			State  string
			Walked int
		}
	}
	eventually(t, "a walk that goes on", func() bool {
		st := start(t, "status", "-json", "-pidfile", p.path("pid")) // not by the config, which takes as long to load
		return st.wait() == 0 && json.Unmarshal([]byte(st.out.String()), &shot) == nil && len(shot.Syncs) == 1 && shot.Syncs[0].Walked > 0
	})
	if s := shot.Syncs[0]; s.State != "starting" || s.Walked > dirs+2 {
		t.Errorf("while the source is walked through status says %+v", s)
	}
	d.stop()
}
