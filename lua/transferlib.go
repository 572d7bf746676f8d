package lua

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync/atomic"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
	"lsyncgo/engine/transfer"
)

// transferTable is the global `transfer`: what would be slow in Lua over many
// paths, and the work that is done in process.
func (r *Runtime) transferTable() *glua.LTable {
	t := r.L.NewTable()
	for name, f := range map[string]glua.LGFunction{
		"plan": r.transferPlan, "beside": r.transferBeside, "apply": r.transferApply, "tree": r.transferTree,
		"maxDelete": r.transferMaxDelete,
	} {
		t.RawSetString(name, r.L.NewFunction(f))
	}
	return t
}

// plan is what transfer.plan returns: a child's input that is written while the child runs.
type plan struct {
	transfer.Plan
	log core.Log
	// dirs is where the child may write; nil until all of the list was handed over.
	dirs atomic.Pointer[[]string]
}

func (p *plan) feed(ctx context.Context, w io.Writer) error {
	summary, err := p.Write(ctx, w)
	for _, path := range summary.TooLong {
		p.log.Log("Error", "not sent, because its path is longer than rsync can take: ", p.Source, path)
	}
	if err == nil {
		p.dirs.Store(&summary.Dirs)
	}
	return err
}

// Exit codes of rsync that are no success, but a receiver's own end: it has removed what it had begun.
const (
	codePartial  = 23
	codeVanished = 24
)

// sweep takes in how a child with a plan ended. One that was cut off, or whose
// other side was, may have left temporary files.
func (s *script) sweep(a *core.Agent, code int) {
	p := s.plans[a]
	delete(s.plans, a)
	if p == nil || code == 0 || code == codeVanished {
		return
	}
	if s.swept == nil {
		s.swept = make(map[string]bool)
	}
	dirs := p.Sweep
	if written := p.dirs.Load(); written != nil && code != codePartial {
		dirs = append(slices.Clone(dirs), *written...)
	}
	for _, dir := range dirs {
		s.swept[dir] = true
	}
}

// transferPlan is transfer.plan(agent, { delete, hard_links, contents }).
func (r *Runtime) transferPlan(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.plan")
	o := L.OptTable(2, L.NewTable())
	p := &plan{log: r.log, Plan: transfer.Plan{
		Source:    s.stringKey("source"),
		Entries:   make([]transfer.PlanEntry, len(a.Delays)),
		Delete:    glua.LVAsBool(o.RawGetString("delete")),
		Contents:  glua.LVAsBool(o.RawGetString("contents")),
		HardLinks: glua.LVAsBool(o.RawGetString("hard_links")),
		Excluded:  s.running(L, "transfer.plan").Excluded,
	}}
	if p.Delete {
		p.Sweep = slices.Sorted(maps.Keys(s.swept))
		s.swept = nil
	}
	for i, d := range a.Delays {
		p.Entries[i] = transfer.PlanEntry{Kind: d.Kind, Path: d.Path, Dest: d.Dest, Tree: d.Tree}
	}
	ud := L.NewUserData()
	ud.Value = p
	L.Push(ud)
	return 1
}

// transferBeside is transfer.beside(agent, alone): whether a plan made now may be carried out beside those
// that are. One that deletes what a directory has in excess must be alone, as some others: it takes for that
// what another one has sent since the directory was read.
func (r *Runtime) transferBeside(L *glua.LState) int {
	s, _ := agentArgument(L, "transfer.beside")
	alone := L.OptBool(2, false) || len(s.swept) > 0
	for _, p := range s.plans {
		alone = alone || len(p.Sweep) > 0
	}
	L.Push(glua.LBool(!alone || len(s.plans) == 0))
	return 1
}

// mirror reads the options of apply and tree.
func (s *script) mirror(L *glua.LState, name string) transfer.Options {
	o := transfer.Defaults()
	given := L.OptTable(2, L.NewTable())
	target, ok := given.RawGetString("target").(glua.LString)
	if !ok {
		L.RaiseError("%s: the target is missing: write %s(event, { target = \"/directory/\" })", name, name)
	}
	o.Source = s.stringKey("source")
	o.Target = withSlash(s.r.anchored(string(target)))
	o.Excluded = s.running(L, name).Excluded
	given.ForEach(func(k, v glua.LValue) {
		switch k {
		case glua.LString("delete"):
			o.Delete = glua.LVAsBool(v)
		case glua.LString("workers"):
			if n, ok := v.(glua.LNumber); ok {
				o.Workers = int(n)
			}
		case glua.LString("target"):
		default:
			L.RaiseError("%s: unknown option %s; known are target, delete, workers", name, readable(L, k))
		}
	})
	return o
}

// transferApply is transfer.apply(agent, { target, delete }): acts on events in process.
func (r *Runtime) transferApply(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.apply")
	o := s.mirror(L, "transfer.apply")
	ops := make([]transfer.Op, 0, len(a.Delays))
	for _, d := range a.Delays {
		if d.Kind <= event.Move {
			ops = append(ops, transfer.Op{Kind: d.Kind, Path: d.Path, Dest: d.Dest, Tree: d.Tree})
		}
	}
	s.spawn(L, a, &process.Job{
		Name: fmt.Sprintf("mirror %s to %s", counted(a.Delays), o.Target),
		Run: func(ctx context.Context, out io.Writer) int {
			report, err := transfer.Apply(ctx, o, ops)
			return conclude(report, err, out)
		},
	})
	return 0
}

func counted(ds []*delay.Delay) string {
	if len(ds) == 1 {
		return ds[0].Kind.String() + " " + quoted(ds[0].Path)
	}
	return fmt.Sprintf("%d changes", len(ds))
}

// transferTree is transfer.tree(event, { target, delete }): brings everything
// below the event's path into step, in process.
func (r *Runtime) transferTree(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.tree")
	o := s.mirror(L, "transfer.tree")
	path := treePath(a)
	limit, limited := s.running(L, "transfer.tree").DeleteLimit(a)
	s.spawn(L, a, &process.Job{
		Name: fmt.Sprintf("mirror %s%s to %s", o.Source, path, o.Target),
		Run: func(ctx context.Context, out io.Writer) int {
			if err := makeTarget(o.Target); err != nil {
				fmt.Fprintln(out, err) // out keeps lines in memory
				return transfer.ExitUnreachable
			}
			if limited && o.Delete {
				if code := within(ctx, o, path, limit, out); code != transfer.ExitOK {
					return code
				}
			}
			report, err := bring(ctx, o, path)
			return conclude(report, err, out)
		},
	})
	return 0
}

// within counts what would be deleted before anything is touched.
func within(ctx context.Context, o transfer.Options, path string, limit int, out io.Writer) int {
	n, err := transfer.Surplus(ctx, o, path)
	switch {
	case err != nil:
		return conclude(transfer.Report{}, err, out)
	case n > limit:
		fmt.Fprintf(out, "%d entries are at the target only\n", n)
		return core.ExitDeleteLimit
	}
	return transfer.ExitOK
}

// transferMaxDelete is transfer.maxDelete(event): how many entries the work for an Init or Full event may
// delete, nil if any number is right. Work that stops there has to end with rsync's exit code for it, 25.
func (r *Runtime) transferMaxDelete(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.maxDelete")
	if n, limited := s.running(L, "transfer.maxDelete").DeleteLimit(a); limited {
		L.Push(glua.LNumber(n))
	} else {
		L.Push(glua.LNil)
	}
	return 1
}

func treePath(a *core.Agent) string {
	if a.Delays[0].Kind == event.Init {
		return ""
	}
	return a.Delays[0].Path
}

// bring does a whole tree, or one path that may be a file or gone.
func bring(ctx context.Context, o transfer.Options, path string) (transfer.Report, error) {
	if path == "" {
		return transfer.Tree(ctx, o, "")
	}
	if info, err := os.Lstat(o.Source + path); err == nil && info.IsDir() {
		path = withSlash(path)
	}
	return transfer.Apply(ctx, o, []transfer.Op{{Kind: event.Create, Path: path, Tree: event.IsDir(path)}})
}

// makeTarget creates a missing target directory, but not its parents: those
// may be the mount point of a disk that is not there.
func makeTarget(path string) error {
	err := os.Mkdir(path, 0o777)
	if err == nil || os.IsExist(err) {
		return nil
	}
	return fmt.Errorf("create the target %s: %w", path, err)
}

// conclude writes what failed and returns the exit code.
func conclude(report transfer.Report, err error, out io.Writer) int {
	for _, f := range report.Failed {
		fmt.Fprintln(out, f) // out keeps lines in memory
	}
	code := report.ExitCode()
	if err != nil {
		fmt.Fprintln(out, err) // out keeps lines in memory
		if code == transfer.ExitOK || code == transfer.ExitVanished {
			code = transfer.ExitUnreachable
		}
	}
	return code
}
