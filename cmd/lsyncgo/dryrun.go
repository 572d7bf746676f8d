package main

import (
	"context"
	"io"

	"lsyncgo/engine/core"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/process"
)

// restrained is the runner, or with -dryrun one that only says what it would start.
func (s *service) restrained(r loop.Runner) loop.Runner {
	if !s.options.dryRun {
		return r
	}
	return dryRunner{r, s.log}
}

// dryRunner has everything succeed at once.
type dryRunner struct {
	loop.Runner
	log core.Log
}

// Start logs what would be started.
func (d dryRunner) Start(id core.ProcID, w core.Work) {
	d.log.Log("Normal", "would start: ", w.Describe())
	d.Runner.Start(id, &process.Job{Name: w.Describe(), Run: func(context.Context, io.Writer) int { return 0 }})
}
