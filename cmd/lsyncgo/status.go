package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"lsyncgo/engine/printable"
	"lsyncgo/engine/status"
)

// watchEvery is the time between two reports of status -watch.
const watchEvery = 2 * time.Second

// runStatus asks a running daemon what it does and prints that.
func runStatus(e env, a asked, o *options) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code := e.showStatus(ctx, a, o)
	if !o.watch {
		return code
	}
	for tick := time.NewTicker(watchEvery); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return code
		case <-tick.C:
			code = e.showStatus(ctx, a, o)
		}
	}
}

// showStatus prints one report. The exit status tells how the worst sync is that was asked for.
func (e env) showStatus(ctx context.Context, a asked, o *options) int {
	shot, err := status.Ask(ctx, a.socket)
	if err != nil {
		e.complain(err)
		return status.Unknown
	}
	if shot, err = shot.Only(a.names); err != nil {
		return e.refuse(fmt.Errorf("status: %w", err))
	}
	code, shown := shot.Severity(), shot
	if o.problems {
		shown = shot.Problems()
	}
	out, write := e.stdout, status.WriteText
	switch {
	case o.json:
		write = status.WriteJSON
	case e.colours():
		// Printable already, as what writes it sees to that; colours would not be.
		out = e.childOut
		write = func(w io.Writer, s status.Snapshot) error { return status.WritePainted(w, s, paint) }
	}
	if o.watch && !o.json && e.terminal() {
		fmt.Fprint(e.childOut, "\x1b[H\x1b[2J")
	}
	if err := write(out, shown); err != nil {
		e.complain(fmt.Errorf("print status: %w", err))
		return status.Unknown
	}
	return code
}

// terminal reports whether standard output is one.
func (e env) terminal() bool {
	f, ok := e.childOut.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colours reports whether standard output shows colours, and may: see no-color.org.
func (e env) colours() bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && e.terminal()
}

// paint gives a state its colour.
func paint(s status.State, text string) string {
	colour := map[int]string{status.Fine: "32", status.Warning: "33", status.Critical: "31"}[s.Severity()]
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// runHealth prints the one line that Nagios and its kin want, and exits with their codes.
func runHealth(e env, a asked, _ *options) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	shot, err := status.Ask(ctx, a.socket)
	if err != nil {
		fmt.Fprintln(e.stdout, "LSYNCGO UNKNOWN: "+printable.Line(err.Error()))
		return status.Unknown
	}
	fmt.Fprintln(e.stdout, shot.Health())
	return shot.Severity()
}

// started is what the daemon knows of itself and core does not.
func started(config string) status.Daemon {
	if abs, err := filepath.Abs(config); err == nil && config != "" {
		config = abs
	}
	return status.Daemon{Version: version, PID: os.Getpid(), Config: config}
}
