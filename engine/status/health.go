package status

import (
	"fmt"
	"strings"
	"time"
)

// severities are the words that monitoring systems have for exit statuses.
var severities = [...]string{Fine: "OK", Warning: "WARNING", Critical: "CRITICAL", Unknown: "UNKNOWN"}

// Health returns one printable line for monitoring systems, as Nagios reads it: a word, what is wrong, and after a bar figures.
func (s Snapshot) Health() string {
	s = s.Printable()
	text := s.Summary()
	var pending, retrying int
	var oldest time.Duration
	for i := range s.Syncs {
		v := &s.Syncs[i]
		pending, retrying = pending+v.Pending, retrying+v.Retrying
		oldest = max(oldest, v.OldestAge)
		if v.State.Severity() > Fine {
			text += "; " + v.Name + " " + stateText(v)
		}
	}
	text = strings.ReplaceAll(text, "|", "/") // which would begin the figures
	return fmt.Sprintf("LSYNCGO %s: %s | syncs=%d pending=%d oldest=%.1fs retrying=%d processes=%d watched=%d", severities[s.Severity()],
		text, len(s.Syncs), pending, oldest.Seconds(), retrying, s.Daemon.Running, s.Daemon.Watched)
}
