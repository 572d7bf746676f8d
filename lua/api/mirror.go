package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/mirror"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/process"
	"lsyncgo/engine/root"
	"lsyncgo/engine/work"
	"lsyncgo/lua/values"
)

// mirror reads the options of apply and tree.
func (s *Sync) mirror(L *glua.LState, name string) mirror.Options {
	o := mirror.Defaults()
	given := L.OptTable(2, L.NewTable())
	target, ok := given.RawGetString("target").(glua.LString)
	if !ok {
		L.RaiseError("%s: the target is missing: write %s(event, { target = \"/directory/\" })", name, name)
	}
	o.Source = s.StringKey("source")
	o.Target = values.WithSlash(s.r.Anchored(values.WithoutZero(L, name+": the target", string(target))))
	o.Excluded = s.running(L, name).Hidden()
	o.Warn = s.warnOnce(s.r.Log)
	o.Fsync = s.Fsync
	o.Spared, o.Mounted = s.sync.Spared(), s.sync.Mounted()
	given.ForEach(func(k, v glua.LValue) {
		switch k {
		case glua.LString("delete"):
			o.Delete = glua.LVAsBool(v)
		case glua.LString("workers"):
			if n, ok := v.(glua.LNumber); ok {
				o.Workers = int(n)
			}
		case glua.LString("fsync"):
			o.Fsync = glua.LVAsBool(v)
		case glua.LString("unsafe"):
			o.Unsafe = glua.LVAsBool(v)
		case glua.LString("target"):
		default:
			L.RaiseError("%s: unknown option %s; known are target, delete, workers, fsync, unsafe", name, values.Readable(L, k))
		}
	})
	return o
}

// transferUnsafe is transfer.unsafe(): whether apply and tree need the option unsafe, which is as root on systems that
// have no way to hold what is worked on.
func transferUnsafe(L *glua.LState) int {
	L.Push(glua.LBool(mirror.Unsafe()))
	return 1
}

// transferApply is transfer.apply(agent, { target, delete }): acts on events in process.
func (r *Scripts) transferApply(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.apply")
	o := s.mirror(L, "transfer.apply")
	ops := make([]mirror.Op, 0, len(a.Delays))
	for _, d := range a.Delays {
		if d.Kind <= event.Move {
			ops = append(ops, mirror.Op{Kind: d.Kind, Path: d.Path(), Dest: d.Dest(), Tree: d.Tree, Files: d.Files()})
		}
	}
	log, copied := r.Log, &work.Amount{}
	s.spawn(L, a, &process.Job{
		Copied: copied,
		Name:   fmt.Sprintf("mirror %s to %s", counted(a.Delays), o.Target),
		Run: func(ctx context.Context, out io.Writer) int {
			return s.mirrorInto(o, out, func(o mirror.Options) int {
				report, err := mirror.Apply(ctx, o, ops)
				s.mirrored(log, report, copied)
				return conclude(report, err, out)
			})
		},
	})
	return 0
}

func counted(ds []*delay.Delay) string {
	if len(ds) == 1 {
		return ds[0].Kind.String() + " " + quoted(ds[0].Path())
	}
	return fmt.Sprintf("%d changes", len(ds))
}

// transferTree is transfer.tree(event, { target, delete }): brings everything
// below the event's path into step, in process.
func (r *Scripts) transferTree(L *glua.LState) int {
	s, a := agentArgument(L, "transfer.tree")
	o := s.mirror(L, "transfer.tree")
	o.Unlike = s.running(L, "transfer.tree").Unlike()
	path := treePath(a)
	o.Compare = s.sync.Unlike()
	limit, limited := s.running(L, "transfer.tree").DeleteLimit(a)
	log, copied := r.Log, &work.Amount{}
	s.spawn(L, a, &process.Job{
		Copied: copied,
		Name:   fmt.Sprintf("mirror %s%s to %s", o.Source, path, o.Target),
		Run: func(ctx context.Context, out io.Writer) int {
			return s.mirrorInto(o, out, func(o mirror.Options) int {
				if limited && o.Delete {
					if code := within(ctx, o, path, limit, out); code != mirror.ExitOK {
						return code
					}
				}
				report, err := bring(ctx, o, path)
				s.mirrored(log, report, copied)
				return conclude(report, err, out)
			})
		},
	})
	return 0
}

// mirrorInto runs work on the target that was looked at, which stays open until it has ended: nobody can put
// another one in its place meanwhile.
func (s *Sync) mirrorInto(o mirror.Options, out io.Writer, work func(mirror.Options) int) int {
	var dir *os.File
	var err error
	if s.targetGuard != nil && o.Target == values.WithSlash(s.targetPath) { // else the script mirrors into a directory of its own choice
		dir, err = s.checkTarget(o.Source)
	}
	if err == nil && dir == nil {
		dir, err = makeTarget(o.Target)
	}
	if err != nil {
		tell(out, err)
		return mirror.ExitUnreachable
	}
	defer dir.Close()
	o.TargetDir = dir
	code := work(o)
	s.wrote()
	return code
}

// warnOnce logs what a mirror says of its target, and nothing twice: it says so in each run. It is called by the job's goroutine.
func (s *Sync) warnOnce(log core.Log) func(format string, args ...any) {
	return func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if _, said := s.warned.LoadOrStore(text, true); !said {
			log.Log("Warn", s.Name, ": ", text)
		}
	}
}

// mirrored tells what a job has done. It is called by the job's goroutine.
func (s *Sync) mirrored(log core.Log, report mirror.Report, copied *work.Amount) {
	*copied = work.Amount{Files: report.Copied, Bytes: report.Bytes}
	if log.Enabled("Debug") {
		log.Log("Debug", s.Name, ": mirrored: ", report.Summary())
	}
}

// within counts what would be deleted before anything is touched.
func within(ctx context.Context, o mirror.Options, path string, limit int, out io.Writer) int {
	n, err := mirror.Surplus(ctx, o, path)
	switch {
	case err != nil:
		return conclude(mirror.Report{}, err, out)
	case n > limit:
		fmt.Fprintf(out, "%d entries are at the target only\n", n)
		return failure.DeleteLimit
	}
	return mirror.ExitOK
}

// bring does a whole tree, or one path that may be a file or gone.
func bring(ctx context.Context, o mirror.Options, path string) (mirror.Report, error) {
	if path == "" {
		return mirror.Tree(ctx, o, "")
	}
	if info, err := os.Lstat(o.Source + path); err == nil && info.IsDir() {
		path = values.WithSlash(path)
	}
	return mirror.Apply(ctx, o, []mirror.Op{{Kind: event.Create, Path: path, Tree: event.IsDir(path)}})
}

// makeTarget opens the target of a sync that remembers none, or makes it, but not the directories above: those
// may be the mount point of a disk that is not there. Nobody else gets in until
// the mirror, which sets the mode last, is done.
func makeTarget(path string) (*os.File, error) {
	dir, err := root.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		dir, err = root.Make(path, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("create the target %s: %w", path, err)
	}
	return dir, nil
}

// tell writes an error as one line, whatever names are in it.
func tell(out io.Writer, err error) {
	fmt.Fprintln(out, printable.Line(err.Error())) // out keeps lines in memory
}

// conclude writes what failed and returns the exit code.
func conclude(report mirror.Report, err error, out io.Writer) int {
	for _, f := range report.Failed {
		tell(out, f)
	}
	code := report.ExitCode()
	if err != nil {
		tell(out, err)
		if code == mirror.ExitOK || code == mirror.ExitVanished {
			code = mirror.ExitUnreachable
		}
	}
	return code
}
