package daemon

import (
	"fmt"
	"strings"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"

	"lsyncgo/engine/printable"
)

// State is something the service manager wants to know.
type State string

const (
	// Serving: started, or done with reloading.
	Serving State = sd.SdNotifyReady
	// Stopping: about to end.
	Stopping State = sd.SdNotifyStopping
	// Alive keeps the watchdog quiet; due every AliveEvery.
	Alive State = sd.SdNotifyWatchdog
)

// Status is one line on how things are, for the manager's own reports.
func Status(text string) State { return State("STATUS=" + printable.Line(text)) }

// MoreTime asks for a start to be given so much time from now on, if that is more than it has.
func MoreTime(d time.Duration) State {
	return State(fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", d.Microseconds()))
}

// Reloading says that the configuration is being read again; Serving ends that.
func Reloading() State {
	// The time is how the manager tells this reload from an older one.
	return State(sd.SdNotifyReloading + "\n" + strings.TrimSpace(sd.SdNotifyMonotonicUsec()))
}

// Notify tells the service manager all of states at once. Without one (no NOTIFY_SOCKET in
// the environment) it does nothing.
func Notify(states ...State) error {
	var lines []string
	for _, s := range states {
		lines = append(lines, string(s))
	}
	if _, err := sd.SdNotify(false, strings.Join(lines, "\n")); err != nil {
		return fmt.Errorf("notify service manager: %w", err)
	}
	return nil
}

// AliveEvery returns how often the service manager wants to hear Alive, which is twice in the
// time after which it restarts this process; 0: it does not care.
func AliveEvery() (time.Duration, error) {
	d, err := sd.SdWatchdogEnabled(false)
	if err != nil {
		return 0, fmt.Errorf("service manager's watchdog: %w", err)
	}
	return d / 2, nil
}
