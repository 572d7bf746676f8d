package daemon

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary is also the program that the tests start: with roleEnv set it
// plays that role, and as a daemon the role of its first argument.
const roleEnv = "LSYNCGO_TEST_ROLE"

// roles of child processes; the result is the exit status.
var roles = map[string]func(args []string) int{
	"start": Start,
	"lock": func(args []string) int {
		if _, err := LockPidfile(args[0]); err != nil {
			os.Stdout.WriteString(err.Error())
			return 1
		}
		os.Stdout.WriteString("locked\n")
		select {} // until killed
	},
}

func TestMain(m *testing.M) {
	if IsChild() {
		os.Exit(roles[os.Args[1]](os.Args[2:]))
	}
	if role := os.Getenv(roleEnv); role != "" {
		os.Exit(roles[role](os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// deadline ends a test that hangs; nothing is measured against it.
const deadline = time.Minute

// waitFor waits until ok.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(deadline); !ok(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
