package daemon

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

func TestNotify(t *testing.T) {
	dir, err := os.MkdirTemp("", "sd") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(deadline)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	for _, tt := range []struct {
		states []State
		want   string
	}{
		{[]State{Serving}, `^READY=1$`},
		{[]State{Reloading()}, `^RELOADING=1\nMONOTONIC_USEC=\d+$`},
		{[]State{Serving, Status("3 syncs:\n\x1b[2J 3 in step")}, `^READY=1\nSTATUS=3 syncs:\\n\\x1b\[2J 3 in step$`},
		{[]State{MoreTime(90 * time.Second)}, `^EXTEND_TIMEOUT_USEC=90000000$`},
		{[]State{Stopping}, `^STOPPING=1$`},
		{[]State{Alive}, `^WATCHDOG=1$`},
	} {
		if err := Notify(tt.states...); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 1000)
		n, err := c.Read(b)
		if err != nil || !regexp.MustCompile(tt.want).Match(b[:n]) {
			t.Errorf("%q arrived as %q, %v", tt.states, b[:n], err)
		}
	}
	t.Setenv("NOTIFY_SOCKET", path+".gone")
	if Notify(Serving) == nil {
		t.Error("no service manager, no error")
	}
	t.Setenv("NOTIFY_SOCKET", "")
	if err := Notify(Serving); err != nil {
		t.Error(err)
	}
}

func TestAliveEvery(t *testing.T) {
	for _, tt := range []struct {
		usec, pid string
		want      time.Duration
		ok        bool
	}{
		{"", "", 0, true},
		{"3000000", "", 1500 * time.Millisecond, true},
		{"3000000", fmt.Sprint(os.Getpid()), 1500 * time.Millisecond, true},
		{"3000000", "1", 0, true},
		{"soon", "", 0, false},
	} {
		t.Setenv("WATCHDOG_USEC", tt.usec)
		t.Setenv("WATCHDOG_PID", tt.pid)
		if got, err := AliveEvery(); got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%+v: got %v, %v", tt, got, err)
		}
	}
}
