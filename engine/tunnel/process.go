package tunnel

import (
	"fmt"
	"slices"
	"time"

	"lsyncgo/engine/status"
	"lsyncgo/engine/work"
)

type state uint8

const (
	down      state = iota // not running
	reserving              // its port is being chosen
	starting               // runs, not ready
	up                     // ready
	ending                 // was asked to end
)

// process is the place of one process that is kept up.
type process struct {
	state state
	id    work.ID // 0 while it is down
	work  work.Work
	end   End
	at    time.Time // when to start it, or when it counts as ready
	since time.Time // its start
	tries int       // starts in a row that did not get it ready
	check check
	last  *status.Failure // the newest one, until it is ready again
}

// check is the run of a tunnel's Check for one process.
type check struct {
	id     work.ID   // 0: none runs
	at     time.Time // when the next one begins, or the running one has to be done
	failed int       // in a row
}

const (
	// checkTimeout is how long a check may run; a longer one has failed.
	checkTimeout = 30 * time.Second
	// firstCheck is the longest wait from the start of a process to its first check.
	firstCheck = time.Second
)

// due returns the times at which keep has something to do.
func (t *Tunnel) due(p *process) (list []time.Time) {
	if p.state == down || p.state == starting && len(t.cfg.Check) == 0 {
		list = append(list, p.at)
	}
	if t.checks(p) {
		list = append(list, p.check.at)
	}
	return list
}

// checks reports whether the process is checked now and then.
func (t *Tunnel) checks(p *process) bool {
	return len(t.cfg.Check) > 0 && (p.state == starting || p.state == up)
}

// keep does what is due.
func (t *Tunnel) keep(p *process) {
	switch {
	case p.state == down && !p.at.After(t.now):
		t.launch(p)
	case p.state == starting && len(t.cfg.Check) == 0 && !p.at.After(t.now):
		t.up(p)
	}
	if !t.checks(p) || p.check.at.After(t.now) {
		return
	}
	if p.check.id != 0 {
		t.abandonCheck(p)
		t.checkFailed(p, fmt.Sprintf("did not end within %s", checkTimeout))
		return
	}
	p.check.id, p.check.at = t.deps.NewID(), t.now.Add(checkTimeout)
	t.do(work.Start{Proc: p.check.id, Work: t.checkWork(p)})
}

// launch starts the process, a pool's when it has a port.
func (t *Tunnel) launch(p *process) {
	p.id = t.deps.NewID()
	p.end = End{Host: t.cfg.Localhost}
	if t.cfg.Pool {
		p.state = reserving
		t.do(work.Reserve{Proc: p.id, Host: t.cfg.Localhost})
		return
	}
	t.start(p)
}

func (t *Tunnel) reserved(in work.Reserved) {
	i := slices.IndexFunc(t.processes, func(p *process) bool { return p.state == reserving && p.id == in.Proc })
	if i < 0 {
		return
	}
	p := t.processes[i]
	switch {
	case in.Err != nil:
		p.id = 0
		t.retry(p, -1, fmt.Sprint(in.Err))
	case slices.ContainsFunc(t.processes, func(q *process) bool { return q.id != 0 && q.end.Port == in.Port }):
		// The system may name a port twice that nobody has opened yet.
		t.do(work.Reserve{Proc: p.id, Host: t.cfg.Localhost})
	default:
		p.end.Port = in.Port
		t.start(p)
	}
}

func (t *Tunnel) start(p *process) {
	p.state, p.since, p.at = starting, t.now, t.now.Add(t.cfg.ReadyDelay)
	p.check = check{at: t.now.Add(min(firstCheck, t.cfg.CheckInterval))}
	p.work = t.cfg.NewWork(p.end.fill(t.cfg.Command))
	t.log("Tunnel", "starting ", p.work.Describe())
	t.do(work.Start{Proc: p.id, Work: p.work})
}

func (t *Tunnel) up(p *process) {
	category := "Tunnel"
	if !t.Ready() {
		category = "Normal"
	}
	p.state, p.tries, p.last = up, 0, nil
	t.log(category, "ready, ", t.ready(), " of ", len(t.processes))
}

func (t *Tunnel) ended(in work.Exited) {
	delete(t.orphans, in.Proc)
	for _, p := range t.processes {
		switch in.Proc {
		case p.id:
			t.processEnded(p, in)
		case p.check.id:
			p.check.id = 0
			p.check.at = t.now.Add(t.cfg.CheckInterval)
			t.checked(p, in)
		}
	}
}

func (t *Tunnel) processEnded(p *process, in work.Exited) {
	was := p.state
	p.id = 0
	t.abandonCheck(p)
	switch {
	case t.stopping:
		p.state = down
	case was == ending: // said why when it was asked to end
		t.retry(p, in.Result.Code, "")
	case was == starting && in.Result.Code == 0:
		t.retry(p, in.Result.Code, p.work.Describe()+" "+in.Result.Words()+"; a tunnel's command has to stay in the foreground (ssh without -f)")
	default:
		t.retry(p, in.Result.Code, p.work.Describe()+" "+in.Result.Words())
	}
}

// retry plans the next start. An empty why keeps the reason that is known.
func (t *Tunnel) retry(p *process, code int, why string) {
	p.state = down
	p.tries++
	wait := t.deps.Backoff(t.cfg.RetryDelay, p.tries)
	p.at = t.now.Add(wait)
	if why != "" {
		p.last = &status.Failure{When: t.now, Text: why, Code: code}
	}
	t.log("Warn", p.last.Text, "; starting again in ", wait)
}

func (t *Tunnel) checkWork(p *process) work.Work { return t.cfg.NewWork(p.end.fill(t.cfg.Check)) }

func (t *Tunnel) checked(p *process, in work.Exited) {
	switch {
	case !t.checks(p):
	case slices.Contains(t.cfg.CheckExitCodes, in.Result.Code):
		p.check.failed = 0
		if p.state == starting {
			t.up(p)
		}
	default:
		t.checkFailed(p, in.Result.Words())
	}
}

// checkFailed replaces a process after too many failed checks.
func (t *Tunnel) checkFailed(p *process, how string) {
	p.check.failed++
	p.check.at = t.now.Add(t.cfg.CheckInterval)
	t.log("Tunnel", "check ", p.check.failed, " of ", t.cfg.CheckMaxFailed, " failed: ", t.checkWork(p).Describe(), " ", how)
	if p.check.failed < t.cfg.CheckMaxFailed {
		return
	}
	p.state = ending
	p.last = &status.Failure{When: t.now, Text: fmt.Sprintf("%s failed %d checks, the last: %s %s",
		p.work.Describe(), p.check.failed, t.checkWork(p).Describe(), how)}
	t.log("Warn", p.last.Text, "; ending it")
	t.do(work.Kill{Proc: p.id})
}

// abandonCheck ends a check whose result is of no interest any more.
func (t *Tunnel) abandonCheck(p *process) {
	if p.check.id != 0 {
		t.do(work.Kill{Proc: p.check.id})
		t.orphans[p.check.id] = true
		p.check.id = 0
	}
}

func (t *Tunnel) stop() {
	if t.stopping {
		return
	}
	t.stopping = true
	for _, p := range t.processes {
		t.abandonCheck(p)
		switch p.state {
		case starting, up:
			p.state = ending
			t.log("Tunnel", "ending ", p.work.Describe())
			t.do(work.Kill{Proc: p.id})
		case reserving:
			p.state, p.id = down, 0
		}
	}
}
