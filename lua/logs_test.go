package lua_test

import (
	"strings"
	"testing"

	"lsyncgo/engine/logging"
)

// TestLogSettings: loglevel and syslog{} (TASKS §1, Logging), and what is wrong with them.
func TestLogSettings(t *testing.T) {
	st := newStage(t).config(`loglevel("sched", "debug") loglevel("w", "error")
syslog{ level = "info", name = "sched" } syslog{ address = "localhost:514" }
scheduler.task{ job = print }`)
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	s := st.rt.Settings()
	if len(s.LogLevels) != 2 || s.LogLevels["sched"] != logging.LevelDebug || s.LogLevels["w"] != logging.LevelError {
		t.Errorf("levels %v", s.LogLevels)
	}
	if len(s.Relays) != 2 || s.Relays[0] != (logging.Relay{Name: "sched", Level: logging.LevelInfo, Address: "/dev/log"}) ||
		s.Relays[1] != (logging.Relay{Level: logging.LevelNormal, Address: "localhost:514"}) {
		t.Errorf("relays %v", s.Relays)
	}
	for text, want := range map[string]string{
		`loglevel("sched", "loud")`:   `loglevel: the level must be "error", "warning", "normal", "info" or "debug", not "loud" (write loglevel("sched", "debug"))`,
		`loglevel("debug")`:           `the level must be`,
		`loglevel(5, "debug")`:        "must be a logname",
		`syslog{ level = 5 }`:         `level must be "error"`,
		`syslog{ addr = "/x" }`:       `unknown parameter "addr"`,
		`syslog{ address = "local" }`: "neither an absolute path nor host:port",
	} {
		if got := problems(t, newStage(t).config(text+" scheduler.task{ job = print }")); !strings.Contains(got, want) || !strings.HasPrefix(got, "config.lua:1: ") {
			t.Errorf("%s: %s", text, got)
		}
	}
}
