package core

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/message"
	"lsyncgo/engine/status"
)

// maxPartial is how often a Partial verdict is tried again before the sync is degraded.
const maxPartial = 3

// Serves implements Owner.
func (*Agent) Serves() bool { return false }

// Ended implements Owner: it does what the script decides about its work's end.
func (a *Agent) Ended(in Exited) {
	s := a.Sync
	c := s.core
	s.unlist(a)
	s.changes++
	s.quietUntil, s.judged = c.now, c.now
	if s.phase == draining {
		c.left(s)
		return
	}
	if wholesale(a.Kind()) {
		s.divideAll()
	}
	if c.stops > 1 {
		return
	}
	if a.limited && in.Result.MetLimit {
		s.overLimit(a, in.Result)
		return
	}
	verdict, err := s.cfg.Actions.Collect(s, a, in.Result)
	if err != nil {
		c.log.Log("Error", err)
		verdict = Partial
		if in.Result.Code == 0 {
			verdict = Ok
		}
	}
	if c.log.Enabled("Debug") {
		s.log("Debug", a, ": exit code ", in.Result.Code, ", after ", c.now.Sub(a.begun), ", means ", verdict)
	}
	if a.stale && in.Result.Code != 0 {
		s.anew(a)
		return
	}
	switch verdict {
	case Again, Partial:
		s.failed(a, in.Result, verdict)
	case Die:
		what := ""
		if a.Kind() == event.Init {
			what = "startup failed: "
		}
		s.last = s.failure("its exit code says to stop", a, in.Result)
		s.tellOf(a.ended(message.SyncStopped, in.Result), "Error", what, a.failureText(in.Result), ": this exit code says to stop", s.otherVerdict(in.Result))
		s.finish(a)
		s.die()
	default:
		s.succeeded(a, in.Result)
	}
}

// otherVerdict says where a config gives an exit code another meaning, "" if the sync is from no line of one, or if
// there is a reason that another try would meet again.
func (s *Sync) otherVerdict(r Result) string {
	if !strings.Contains(s.cfg.Place, ":") || r.Reason.Text != "" && !r.Reason.Passing {
		return ""
	}
	return fmt.Sprintf("; %s = { [%d] = \"again\" } in the sync at %s would try again", cmp.Or(s.cfg.CodesKey, "exitcodes"), r.Code, s.cfg.Place)
}

func (s *Sync) succeeded(a *Agent, r Result) {
	s.last = nil
	s.batch = status.Batch{When: s.core.now, Took: s.core.now.Sub(a.begun), Events: len(a.Delays)}
	if a.Kind() == event.Init {
		s.awaits, s.unlike = false, false
		s.degraded, s.failures, s.reason = nil, 0, ""
		s.startedAt = s.core.now
		s.tellOf(a.ended(message.StartupDone, r), "Normal", "startup done")
	} else if s.core.log.Enabled("Normal") {
		s.tellOf(a.ended(message.Done, r), "Normal", a.doneMessage(r, s.core.now.Sub(a.begun)))
	}
	s.through(a)
	s.finish(a)
}

// failed puts the agent's delays back into the FIFO, or gives them up.
func (s *Sync) failed(a *Agent, r Result, v Verdict) {
	if a.Kind() == event.Init && v == Again && s.holds.doubtful() { // that is the reason, and was said
		s.last = s.failure("startup failed", a, r)
		for _, d := range a.Delays {
			s.queue.Retry(d, s.core.now)
		}
		return
	}
	if a.Kind() == event.Init && v == Again && !s.insists() {
		s.last = s.failure("startup failed", a, r)
		s.tellOf(a.ended(message.SyncStopped, r), "Error", "startup failed: ", a.failureText(r), insisting(r))
		s.finish(a)
		s.die()
		return
	}
	s.last = s.failure("failed", a, r)
	why, tries := a.failureText(r), a.Tries()+1
	about := a.ended(message.Retry, r)
	s.degradedBy(a, about, s.again(a, about, v == Partial, why), tries, why)
}

// insists reports whether a startup that fails is tried again. The first one is if the settings say so. Without that it is if
// the sync has a tunnel, which may be cut at any time, or if Await said so, unless it is the only pass. A later startup
// repairs a sync at work; it is tried again as all its work is.
func (s *Sync) insists() bool {
	return s.core.settings.Insist || (s.cfg.Tunnel != nil || s.awaits) && !s.core.settings.OnePass || !s.startedAt.IsZero()
}

// Await has a startup that fails tried again until it succeeds: what is in its way was put there by somebody who is
// not trusted, and who must not be able to end the program.
func (s *Sync) Await() { s.awaits = true }

// again puts the agent's delays back into the FIFO with backoff, and logs why. Each delay counts its own partial failures:
// a delay that joined a list late may not be what failed before. With bounded set it returns those that have failed in part
// more often than maxPartial; these stay with the agent. Failures of the whole, as of a target that cannot be reached, are
// not counted so. A delay that a younger Delete undoes is finished.
func (s *Sync) again(a *Agent, about *message.Fields, bounded bool, why string) (hopeless []*delay.Delay) {
	tries := a.Tries() + 1
	wait := backoff(s.cfg.Delay, tries)
	at := s.core.now.Add(wait)
	var undone []*delay.Delay
	for _, d := range a.Delays {
		if !s.queue.Curtail(d) {
			undone = append(undone, d)
			continue
		}
		if bounded {
			d.Partials++
		}
		if bounded && (d.Partials > maxPartial || s.persistent.has(d)) {
			hopeless = append(hopeless, d)
			continue
		}
		d.SetTries(tries)
		s.queue.Retry(d, at)
	}
	s.divideMoves(a.Delays, at)
	s.changes++
	rest := len(a.Delays) - len(hopeless) - len(undone)
	switch {
	case rest == len(a.Delays):
		s.tellOf(about, "Warn", why, "; trying again in ", wait)
	case rest > 0:
		s.tellOf(about, "Warn", why, "; trying ", rest, " of them again in ", wait)
	case len(undone) == len(a.Delays):
		s.log("Normal", why, "; not tried again: deleted since")
	}
	s.finish(&Agent{Sync: s, Delays: undone})
	return hopeless
}

// degradedBy takes in what of an agent has failed too often to be tried again soon. It is said once; later attempts are Info.
func (s *Sync) degradedBy(a *Agent, about *message.Fields, hopeless []*delay.Delay, tries int, why string) {
	if len(hopeless) == 0 {
		return
	}
	if len(hopeless) < len(a.Delays) {
		why = (&Agent{Delays: hopeless}).String()
	}
	if !slices.ContainsFunc(hopeless, func(d *delay.Delay) bool { return !s.persistent.has(d) }) {
		s.setAside(hopeless, tries)
		s.log("Info", why, "; trying again in ", s.persistent.at.Sub(s.core.now))
		return
	}
	s.setAside(hopeless, tries)
	lasting := *about
	lasting.Kind = message.Degraded
	if s.core.settings.OnePass {
		s.tellOf(&lasting, "Error", why, "; failed in ", tries, " attempts: the target may differ there")
		return
	}
	s.tellOf(&lasting, "Error", why, "; failed in ", tries, " attempts: the target may differ there; it goes on being tried, next in ",
		s.persistent.at.Sub(s.core.now))
}

// giveUp takes delays off the FIFO undone, because their script fails, and remembers them.
func (s *Sync) giveUp(hopeless []*delay.Delay, tries int, why string) {
	if len(hopeless) == 0 {
		return
	}
	s.tell(message.Degraded, "Error", why, "; given up after ", tries, " attempts: the target may differ there until the next startup or full sync")
	for _, d := range hopeless {
		s.degrade("changes were given up after repeated failures", describe(d))
	}
	s.finish(&Agent{Sync: s, Delays: hopeless})
}

// die ends the sync or the program, as the settings say.
func (s *Sync) die() {
	if !s.core.settings.OnDieStop {
		exit := Exit{Code: 255, Why: fmt.Sprintf("sync %s has died", s.cfg.Name)}
		if s.last != nil && s.last.Reason != "" {
			exit.Why, exit.Remedy = exit.Why+": "+s.last.Reason, s.last.Remedy
		}
		s.core.end(exit)
		return
	}
	s.phase = stopped
	s.starting = false
	s.dropWaiting()
	s.core.killJobs(s)
	if s.last != nil {
		s.reason = s.last.Text
	}
	s.core.do(Unwatch{Root: s.id})
	s.tell(message.SyncStopped, "Error", "this sync is stopped; the others go on")
}

func (s *Sync) failure(text string, a *Agent, r Result) *status.Failure {
	f := &status.Failure{When: s.core.now, Text: text, Code: r.Code, Tail: r.Tail}
	if a != nil {
		f.Command = a.work.Describe()
		f.Text = fmt.Sprintf("%s: %s", a, text)
	}
	if f.Reason, f.Remedy = r.Reason.Text, r.Reason.Remedy; f.Reason != "" {
		f.Text += ": " + f.Reason
	}
	return f
}

// insisting is the remedy for a startup that may succeed another time.
func insisting(r Result) string {
	if r.Reason.Text != "" && !r.Reason.Passing {
		return ""
	}
	return "; use -insist or settings{ insist = true } to keep trying"
}

// maxCommand bounds a command behind a reason.
const maxCommand = 300

// failureText says why it failed and what to do, as far as that is known, then what failed, how, and what the
// child itself said about it.
func (a *Agent) failureText(r Result) string {
	if r.Reason.Text == "" {
		return fmt.Sprintf("%s: %s %s", a, a.work.Describe(), r.Words())
	}
	return fmt.Sprintf("%s: %s: %s %s", r.Reason, a, failure.Clip(a.work.Describe(), maxCommand), r.Words())
}
