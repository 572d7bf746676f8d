package core

import (
	"fmt"
	"strings"
)

// summary is the definition as it came out of defaults, config and command line, in one line for the log.
func (cfg *SyncConfig) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "source %s", cfg.Source)
	if cfg.Target != "" {
		fmt.Fprintf(&b, ", target %s", cfg.Target)
	}
	fmt.Fprintf(&b, "; delay %s, maxDelays %d, maxProcesses %d, %d filter rules", cfg.Delay, cfg.MaxDelays, cfg.MaxProcesses, len(cfg.Rules))
	for _, part := range []struct {
		has  bool
		text string
	}{
		{cfg.HasInit, "syncs all at startup"},
		{cfg.TellsExisting, "tells at startup what there is"},
		{cfg.HasInit && cfg.DeletesAtStart, "deletes then what the source does not have"},
		{cfg.DeletesLive, "deletes what is deleted"},
		{cfg.KeepMoves, "knows renames"},
		{cfg.Flat, "the source only, no directories below"},
	} {
		if part.has {
			b.WriteString("; " + part.text)
		}
	}
	if len(cfg.Ignores) > 0 {
		fmt.Fprintf(&b, "; does nothing about %s", strings.Trim(fmt.Sprint(cfg.Ignores), "[]"))
	}
	if cfg.MaxDelete != nil {
		fmt.Fprintf(&b, "; guard maxDelete %s", cfg.MaxDelete)
	}
	if cfg.Tunnel != nil {
		fmt.Fprintf(&b, "; through tunnel %s", cfg.Tunnel.Name)
	}
	if cfg.Place != "" {
		fmt.Fprintf(&b, "; defined at %s", cfg.Place)
	}
	return b.String()
}
