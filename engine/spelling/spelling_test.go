package spelling

import "testing"

func TestNearest(t *testing.T) {
	words := []string{"nodaemon", "log", "logfile", "pidfile"}
	for in, want := range map[string]string{
		"nodeamon": "nodaemon", "NoDaemon": "nodaemon", "logfil": "logfile", "lg": "log", "pdfile": "pidfile",
		"xyz": "", "": "", "quite-another": "",
	} {
		if got := Nearest(in, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}
