package api

import (
	"context"
	"io"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/failure"
	"lsyncgo/engine/process"
	"lsyncgo/engine/rsync"
)

// anew are the options by which rsync sends a file whatever its size and time, and whatever it holds.
var anew = []string{"--ignore-times", "--no-checksum"}

// stepwise has what rsync must not judge by size and time sent before the rest.
func (p *plan) stepwise(cmd *process.Command) {
	steps := p.listed
	switch {
	case p.text != nil && p.hints != nil:
		steps = p.filtered
	case p.text != nil || p.Quick == nil:
		return
	}
	cmd.Bearable = []int{failure.Vanished, failure.Partial}
	cmd.Steps = func(ctx context.Context, whole *process.Command) []*process.Command {
		step := *whole
		step.Args = ahead(whole.Args, anew)
		switch first, all := steps(ctx, &step); {
		case !first:
			return []*process.Command{whole} // an error is met again, and told, when the list is written
		case all:
			return []*process.Command{&step}
		}
		return []*process.Command{&step, cmd}
	}
}

// listed completes the step that sends exact paths anew; first tells whether there is one, all whether it is the only one.
func (p *plan) listed(ctx context.Context, step *process.Command) (first, all bool) {
	list, all, summary, err := p.Anew(ctx)
	if err != nil || len(list) == 0 {
		return false, false
	}
	if all {
		p.log.Log("Exec", p.name, ": whatever its size and time: ", step.Describe())
		return true, true
	}
	p.dirs.Store(&summary.Dirs) // the first step may be cut off, too
	step.Feed = func(ctx context.Context, w io.Writer) error { return rsync.WriteList(ctx, w, list) }
	p.log.Log("Exec", p.name, ": ", len(list), " paths first, whatever their size and time: ", step.Describe())
	return true, false
}

// filtered is listed for a child that looks through directories: its rules let only these paths through.
func (p *plan) filtered(ctx context.Context, step *process.Command) (first, all bool) {
	list, _, _, err := p.hints.Anew(ctx)
	if err != nil || len(list) == 0 {
		return false, false
	}
	only := p.only
	only.Paths, only.Strays = nil, nil
	for _, line := range list {
		only.Paths = append(only.Paths, strings.TrimPrefix(line, "."))
	}
	step.Stdin = []byte(ended(slices.Concat(p.rules, only.Rules())))
	p.log.Log("Exec", p.name, ": ", len(list), " paths first, whatever their size and time: ", step.Describe())
	return true, false
}

// ahead puts options behind all others: before the "--" that ends them.
func ahead(args, options []string) []string {
	i := slices.Index(args, "--")
	return slices.Insert(slices.Clone(args), max(i, 0), options...)
}

// quickCheck reads what a preset knows of rsync's options: { owner, changed, any_time, window }; owner is true, or
// the user that is to own everything.
func (s *Sync) quickCheck(v glua.LValue) *rsync.QuickCheck {
	t, ok := v.(*glua.LTable)
	if !ok {
		return nil
	}
	q := &rsync.QuickCheck{Changed: glua.LVAsBool(t.RawGetString("changed")), AnyTime: glua.LVAsBool(t.RawGetString("any_time"))}
	if n, ok := t.RawGetString("window").(glua.LNumber); ok && n > 0 {
		q.Window = time.Duration(float64(n) * float64(time.Second))
	}
	if s.targetGuard != nil {
		q.Owner, q.WantedOwner = ownerOf(t.RawGetString("owner"))
	}
	if q.Since = s.sent; len(s.plans) > 0 { // what runs may send what changes while it does
		q.Since = s.r.Now()
	}
	if !q.Owner && !q.Changed {
		return nil
	}
	return q
}

// ownerOf tells whether rsync gives files an owner, and which if not that of the source's. Only root can.
func ownerOf(v glua.LValue) (sets bool, wanted *uint32) {
	if os.Geteuid() != 0 {
		return false, nil
	}
	name, ok := v.(glua.LString)
	if !ok {
		return v == glua.LTrue, nil
	}
	text := string(name)
	if known, err := user.Lookup(text); err == nil {
		text = known.Uid
	}
	id, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return false, nil // rsync knows no such user either, and tells
	}
	uid := uint32(id)
	return true, &uid
}
