package api

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/rsync"
	"lsyncgo/lua/values"
)

// plan is what transfer.plan returns: a child's input that is written while the child runs.
type plan struct {
	rsync.Plan
	name string // of the sync
	log  core.Log
	// dirs is where the child may write; nil until all of the list was handed over.
	dirs atomic.Pointer[[]string]
	// below are directories below which it may write anywhere, and trees such that it sweeps.
	below, trees []string
	// text is the input instead of a list of paths: rules, and those of only. hints are what these are about; nil: everything.
	text  *string
	rules []string
	only  rsync.Only
	hints *rsync.Plan
	// check looks at the target before the child is started.
	check func() error
	// root is the source; mounted are the mount points below it. They may be none any more when the child is
	// started, which noticed is told then.
	root    string
	mounted []string
	noticed func(missing []string)
	// after looks at it when the child has ended.
	after func()
}

func (p *plan) feed(ctx context.Context, w io.Writer) error {
	summary, err := p.Write(ctx, w)
	for _, path := range summary.TooLong {
		p.log.Log("Error", "not sent, because its path is longer than rsync can take: ", p.Source, path)
	}
	if p.log.Enabled("Debug") {
		p.log.Log("Debug", p.name, ": ", p.told(summary))
	}
	if err == nil {
		p.dirs.Store(&summary.Dirs)
	}
	return err
}

// told is what a list has become, in words.
func (p *plan) told(summary rsync.Summary) string {
	text := fmt.Sprintf("rsync is told %d paths for %d events, %d of them gone from the source", summary.Listed, len(p.Entries), summary.Missing)
	if len(p.Sweep) > 0 {
		text += fmt.Sprintf("; %d directories with all they hold, for what a transfer that was cut off may have left", len(p.Sweep))
	}
	return text
}

// sweep takes in how a child with a plan ended. One that was cut off, or whose
// other side was, may have left temporary files.
func (s *Sync) sweep(a *core.Agent, code int) {
	p := s.plans[a]
	delete(s.plans, a)
	s.sent = s.r.Now()
	if p == nil || code == failure.OK || code == failure.Vanished {
		return
	}
	s.leave(p, code != failure.Partial) // a receiver that ends by itself has removed what it had begun
}

// leave notes where temporary files may be: where p should have removed them and, if cut off, where it wrote.
func (s *Sync) leave(p *plan, cut bool) {
	if s.swept == nil {
		s.swept = make(map[string]bool)
	}
	note := func(dirs []string, trees bool) {
		for _, dir := range dirs {
			s.swept[dir] = s.swept[dir] || trees
		}
	}
	note(p.Sweep, false)
	note(p.trees, true)
	if written := p.dirs.Load(); written != nil && cut {
		note(*written, false)
	}
	if cut {
		note(p.below, true)
	}
}

// due hands out what is to be swept now: directories, and such with all that is below them.
func (s *Sync) due() (dirs, trees []string) {
	for _, p := range s.inherited {
		s.leave(p, true)
	}
	for _, dir := range slices.Sorted(maps.Keys(s.swept)) {
		if s.swept[dir] {
			trees = append(trees, dir)
		} else {
			dirs = append(dirs, dir)
		}
	}
	s.swept, s.inherited = nil, nil
	return dirs, trees
}

// inherit takes over what the script of a former config, for the same source and target, knows of
// temporary files. What it has running goes on if the sync does; otherwise nobody will hear how it ends.
func (s *Sync) inherit(old *Sync) {
	s.swept, s.inherited = old.swept, old.inherited
	for a, p := range old.plans {
		if s.sync == old.sync {
			s.plans[a] = p
		} else {
			s.inherited = append(s.inherited, p)
		}
	}
}

// transferInput is transfer.input(agent, rules, { paths, strays, both, quick, hard_links, follow }): rules, each ended by a zero
// byte, as the input of a child that writes to the target, and with the table those that let only these paths through. It is
// not started while the target is not the one it was. What quick says goes before the rest.
func (r *Scripts) transferInput(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.input")
	p := s.sweeps
	if s.sweeper != a {
		p = &plan{}
	}
	p.rules, p.name, p.log = listOf(L.CheckTable(2)), s.Name, r.Log
	rules := p.rules
	if o := L.OptTable(3, nil); o != nil {
		p.only = rsync.Only{Paths: listOf(o.RawGetString("paths")), Strays: listOf(o.RawGetString("strays")), Both: glua.LVAsBool(o.RawGetString("both"))}
		rules = slices.Concat(rules, p.only.Rules())
		if q := s.quickCheck(o.RawGetString("quick")); q != nil {
			q.Follow = glua.LVAsBool(o.RawGetString("follow"))
			p.hints = s.hints(L, a, o)
			p.hints.Quick = q
		}
	}
	text := ended(rules)
	p.text, p.check, p.after = &text, s.checkRoots(), s.wrote
	s.guardMounts(p)
	ud := L.NewUserData()
	ud.Value = p
	L.Push(ud)
	return 1
}

// ended joins lines, each with a zero byte at its end.
func ended(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\x00") + "\x00"
}

// listOf returns the texts of a list; nil if v is none.
func listOf(v glua.LValue) (list []string) {
	if t, ok := v.(*glua.LTable); ok {
		t.ForEach(func(_, v glua.LValue) { list = append(list, v.String()) })
	}
	return list
}

// hints returns a plan of what the events of a are about.
func (s *Sync) hints(L *glua.LState, a *core.Agent, o *glua.LTable) *rsync.Plan {
	p := &rsync.Plan{
		Source:    s.StringKey("source"),
		Entries:   make([]rsync.Entry, len(a.Delays)),
		HardLinks: glua.LVAsBool(o.RawGetString("hard_links")),
		Excluded:  s.running(L, "transfer").Hidden(),
	}
	if s.targetGuard != nil {
		p.Target = values.WithSlash(s.targetPath)
	}
	for i, d := range a.Delays {
		p.Entries[i] = rsync.Entry{Kind: d.Kind, Path: d.Path(), Dest: d.Dest(), Tree: d.Tree, Files: d.Files()}
	}
	return p
}

// transferSweep is transfer.sweep(agent, paths): what is spawned next for agent may leave temporary files
// in the directories that hold these paths, and below those that end in a slash. It returns what
// that has to sweep besides, for its predecessors: a list of directories, and one of such with all below them.
func (r *Scripts) transferSweep(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.sweep")
	p := &plan{log: r.Log}
	p.Sweep, p.trees = s.due()
	beside := map[string]bool{}
	L.CheckTable(2).ForEach(func(_, v glua.LValue) {
		path := strings.TrimPrefix(v.String(), "/")
		switch {
		case path == "": // only its own metadata
		case event.IsDir(path):
			p.below = append(p.below, path)
		default:
			beside[path[:strings.LastIndexByte(path, '/')+1]] = true
		}
	})
	written := slices.Collect(maps.Keys(beside))
	p.dirs.Store(&written)
	s.sweeper, s.sweeps = a, p
	L.Push(stringTable(L, p.Sweep))
	L.Push(stringTable(L, p.trees))
	return 2
}

func stringTable(L *glua.LState, list []string) *glua.LTable {
	t := L.CreateTable(len(list), 0)
	for _, text := range list {
		t.Append(glua.LString(text))
	}
	return t
}

// transferPlan is transfer.plan(agent, { delete, hard_links, contents, quick }).
func (r *Scripts) transferPlan(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.plan")
	o := L.OptTable(2, L.NewTable())
	p := &plan{name: s.Name, log: r.Log, check: s.checkRoots(), after: s.wrote, Plan: *s.hints(L, a, o)}
	p.Delete, p.Contents = glua.LVAsBool(o.RawGetString("delete")), glua.LVAsBool(o.RawGetString("contents"))
	p.Quick = s.quickCheck(o.RawGetString("quick"))
	s.guardMounts(p)
	if p.Delete {
		p.Sweep, p.trees = s.due()
	}
	for _, dir := range p.trees {
		p.Entries = append(p.Entries, rsync.Entry{Kind: event.Attrib, Path: dir, Tree: true})
	}
	ud := L.NewUserData()
	ud.Value = p
	L.Push(ud)
	return 1
}

// transferBeside is transfer.beside(agent, alone): whether a plan made now may be carried out beside those
// that are. One that deletes what only the target has in a directory must be alone, as some others: it takes for that
// what another one has sent since the directory was read.
func (r *Scripts) transferBeside(L *glua.LState) int {
	s, _ := agentArgument(L, "transfer.beside")
	alone := L.OptBool(2, false) || len(s.swept)+len(s.inherited) > 0
	for _, p := range s.plans {
		alone = alone || len(p.Sweep)+len(p.trees) > 0
	}
	L.Push(glua.LBool(!alone || len(s.plans) == 0))
	return 1
}

// transferMaxDelete is transfer.maxDelete(event): how many entries the work for an Init or Full event may
// delete, nil if any number is right. Work that stops there has to end with rsync's exit code for it, 25.
func (r *Scripts) transferMaxDelete(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.maxDelete")
	if n, limited := s.running(L, "transfer.maxDelete").DeleteLimit(a); limited {
		L.Push(glua.LNumber(n))
	} else {
		L.Push(glua.LNil)
	}
	return 1
}

// transferUnlike is transfer.unlike(event): whether the target has been made from another source until now, so that files of the same size and
// time may differ.
func (r *Scripts) transferUnlike(L *glua.LState) int {
	s, _ := agentArgument(L, "transfer.unlike")
	L.Push(glua.LBool(s.running(L, "transfer.unlike").Unlike()))
	return 1
}

func treePath(a *core.Agent) string {
	if a.Delays[0].Kind == event.Init {
		return ""
	}
	return a.Delays[0].Path()
}
