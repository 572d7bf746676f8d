package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/status"
)

// runTrace tells what becomes of a path.
func runTrace(e env, a asked, _ *options) int {
	ways, err := waysTo(a.names[0])
	if err != nil {
		return e.refuse(err)
	}
	return e.do(a.socket, status.NewRequest(status.VerbTrace, ways...))
}

// maxTraced bounds the events that are told of one sync.
const maxTraced = 20

// trace tells what each sync that has a path in its source does about it.
func (s *service) trace(ctx context.Context, c status.Call) (r status.Reply, err error) {
	var shot status.Snapshot
	var syncs []*core.Sync
	err = s.onLoop(ctx, func() error {
		shot = s.snapshot(func(f func()) bool { return s.loop.Ask(ctx, f) })
		syncs = slices.Clone(s.core.Syncs())
		return nil
	})
	if err != nil {
		return r, err
	}
	shot = shot.Printable()
	var text strings.Builder
	for i := range shot.Syncs {
		v := &shot.Syncs[i]
		cfg := syncs[i].Config()
		path, inside := within(cfg.Source, cfg.Given, c.Args)
		if !inside {
			continue
		}
		is, err := placeIn(cfg.Source, path)
		if err != nil {
			fmt.Fprintf(&text, "%s: %s\n", v.Name, printable.Line(err.Error()))
			continue
		}
		if is == core.Directory && path != "" {
			path += "/"
		}
		tracePath(&text, v, syncs[i], path, is)
	}
	if text.Len() == 0 {
		return r, fmt.Errorf("no sync has %q in its source", c.Arg(0))
	}
	return status.Reply{Text: strings.TrimSuffix(text.String(), "\n")}, nil
}

// tracePath tells what one sync does about a path in its source.
func tracePath(text *strings.Builder, v *status.Sync, s *core.Sync, path string, is core.Place) {
	line := func(format string, args ...any) { fmt.Fprintf(text, format+"\n", args...) }
	there := map[core.Place]string{core.Absent: "it does not exist", core.Directory: "a directory", core.Other: "it exists"}[is]
	line("%s: %s, %s", v.Name, v.State, there)
	if v.Reason != "" {
		line("  %s", v.Reason)
	}
	if path != "" && s.Excluded(path) {
		line("  left alone: %s", printable.Line(s.Verdict(path)))
	}
	shown, more := 0, 0
	for d := range v.Delays {
		if !concerns(d.Path, printable.Line(path)) && (d.Dest == "" || !concerns(d.Dest, printable.Line(path))) {
			continue
		}
		if shown == maxTraced {
			more++
			continue
		}
		shown++
		line("  %s: %s", map[string]string{"wait": "waiting", "active": "on its way", "block": "waits for an older event"}[d.Status],
			strings.TrimSuffix(fmt.Sprintf("%s %s -> %s", d.Kind, d.Path, d.Dest), " -> "))
	}
	switch {
	case more > 0:
		line("  and %d more", more)
	case shown == 0:
		line("  nothing is pending for it")
	}
	if b := v.LastBatch; b != nil {
		line("  last batch: %s, %s in %s", b.When.Format(time.DateTime), printable.Count(b.Events, "event", "events"), b.Took.Round(time.Millisecond))
	}
	if v.LastError != nil {
		line("  last error: %s", v.LastError.Text)
	}
}

// concerns reports whether what is done for one path has to do with the other: they are the same, or one is below the other.
// "" is the whole source.
func concerns(event, path string) bool {
	a, b := strings.TrimSuffix(event, "/"), strings.TrimSuffix(path, "/")
	return a == "" || b == "" || a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}
