package lua

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/lua/lua53"
)

// Runtime is a loaded config.
type Runtime struct {
	o   Options
	L   *glua.LState
	log core.Log
	dir string // what relative paths are relative to

	settings *settings
	scripts  []*script // the syncs, in order
	tunnels  []*tunnelValue
	presets  *presets
	builtin  map[string]glua.LValue // the globals before the scripts and the config
	metas    metatables
	limit    *lua53.Limiter

	loading   bool
	exit      *ExitError // of a script that ended the program while it was loaded, even if pcall has caught it
	preparing *script    // whose prepare is running
	problems  Problems
	warnings  []Problem
	slips     []slip // since the last sync

	// core, post and timers are nil until Bind.
	core    *core.Core
	post    func(func())
	timers  *core.Timers
	alarms  []pendingAlarm // asked for while loading
	watched observers
	masters masters
}

// ExitError says that a script called terminate or os.exit while it was loaded.
type ExitError struct {
	Code  int
	Place string
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("%s: the script ended the program with exit code %d", e.Place, e.Code)
}

// Load runs the scripts and the config and resolves every sync. It starts
// and writes nothing. The error is Problems, all faults at once, or an
// *ExitError. Without an error the Runtime must be closed.
func Load(o Options) (*Runtime, error) {
	r := &Runtime{o: o, L: lua53.NewState(), log: o.Log, dir: o.Dir, loading: true, masters: masters{limit: maxControlDir}}
	r.limit = lua53.LimiterOf(r.L)
	r.limit.Set(lua53.Limits{Time: loadTimeout(o), Memory: defaultScriptMemory, Patient: true})
	if r.log == nil {
		r.log = unheard{}
	}
	if o.ReadOnly {
		lua53.SetReadOnly(r.L)
	}
	if r.o.Now == nil {
		r.o.Now = time.Now
	}
	if err := r.load(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Runtime) load() error {
	if r.dir == "" {
		dir, err := os.Getwd()
		if err != nil {
			return Problems{{Text: "the working directory is not known: " + err.Error()}}
		}
		r.dir = dir
	}
	r.settings = newSettings(r)
	r.openGlobals()
	if err := r.openPresets(); err != nil {
		return err
	}
	r.rememberGlobals()
	endSlips := r.presets.noticeSlips(r)
	complete, err := r.run()
	endSlips()
	if err != nil {
		return err
	}
	r.declareCommandLine()
	r.loading = false
	r.settings.resolve()
	if complete && len(r.scripts) == 0 {
		r.problem(at(r.o.Config, "", "add sync{ default.rsync, source = ..., target = ... }", "no sync is defined: there is nothing to do"))
	}
	for _, s := range r.scripts {
		s.resolve()
	}
	r.checkRivals()
	r.checkTwins()
	r.checkFeedback()
	r.unusedTunnels()
	if len(r.problems) > 0 {
		return r.problems.sorted()
	}
	return nil
}

// run runs the scripts and the config up to the first error of the Lua code itself.
func (r *Runtime) run() (complete bool, err error) {
	files := append([]string(nil), r.o.Scripts...)
	if r.o.Config != "" {
		files = append(files, r.o.Config)
	}
	if len(files) > 0 { // relative names count from the config, or without one from the first script
		base := or(r.o.Config, files[0])
		if dir, err := filepath.Abs(filepath.Join(r.anchored(base), "..")); err == nil {
			lua53.SetBase(r.L, dir)
		}
	}
	for _, file := range files {
		err := r.runFile(file)
		if r.exit != nil {
			return false, r.exit
		}
		if err != nil {
			r.problem(r.loadProblem(file, err))
			return false, nil
		}
	}
	return true, nil
}

// loadProblem names what stopped the loading of file.
func (r *Runtime) loadProblem(file string, err error) Problem {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return at(file, "", "check the path and its permissions", "cannot be read: %v", pathError.Err)
	}
	var fault *ScriptError
	if errors.As(err, &fault) {
		text, remedy := fault.Message, r.slipAt(fault.Place)
		if remedy != "" {
			text = strings.TrimSuffix(text, lua53.MaybeMisspelt)
		}
		return at(or(fault.Place, file), "", remedy, "%s", text)
	}
	var syntax *lua53.SyntaxError
	if errors.As(err, &syntax) {
		p := Problem{File: syntax.Name, Line: syntax.Line, Text: syntax.Msg, Remedy: r.remedyOf(syntax)}
		if syntax.Near != "" {
			p.Text += " near '" + syntax.Near + "'"
		}
		return p
	}
	return at(file, "", "", "%v", err)
}

func (r *Runtime) runFile(file string) error {
	r.limit.Enter()
	fn, err := lua53.LoadFile(r.L, r.anchored(file))
	if cause := r.limit.Cause(); err != nil && cause != nil {
		err = &ScriptError{Message: r.excess(cause)}
	}
	r.limit.Leave()
	if err != nil {
		return err
	}
	r.checkFirstLine(file)
	return r.call("", fn, 0)
}

// loadTimeout is how long each script and the config may run.
func loadTimeout(o Options) time.Duration {
	if o.LoadTimeout > 0 {
		return o.LoadTimeout
	}
	return defaultLoadTimeout
}

// Interrupt ends the callback that is running, if one is. Any goroutine may call it.
func (r *Runtime) Interrupt() { r.limit.Interrupt() }

// problem records a fault of the config.
func (r *Runtime) problem(p Problem) {
	if r.o.Config != "" && p.File == r.anchored(r.o.Config) {
		p.File = r.o.Config
	}
	r.problems = append(r.problems, p)
}

// warn records what works but should be changed, each only once.
func (r *Runtime) warn(p Problem) {
	for _, w := range r.warnings {
		if w == p {
			return
		}
	}
	r.warnings = append(r.warnings, p)
}

// anchored makes path absolute.
func (r *Runtime) anchored(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// Settings returns the resolved settings.
func (r *Runtime) Settings() Settings { return r.settings.resolved }

// Syncs returns the definitions in the order of the config.
func (r *Runtime) Syncs() []core.SyncConfig {
	list := make([]core.SyncConfig, len(r.scripts))
	for i, s := range r.scripts {
		list[i] = s.config
	}
	return list
}

// Warnings returns what works but should be changed.
func (r *Runtime) Warnings() []Problem { return r.warnings }

// Bind connects the runtime with the machine, after core.New, or after Reload for a
// runtime that replaces another. From now on the runtime belongs to the goroutine that
// runs the loop. post has f run on that goroutine, between two steps; any
// goroutine may call it, and it may drop f when the loop has ended.
func (r *Runtime) Bind(c *core.Core, post func(f func())) {
	r.core, r.post, r.timers = c, post, c.NewTimers()
	for _, a := range r.alarms {
		r.timers.Add(a.at, a.call)
	}
	r.alarms = nil
	r.watched.start(r)
}

// Attach connects one sync with its definition, after Bind, for each sync in the order of Syncs.
func (r *Runtime) Attach(s *core.Sync) {
	x, ok := s.Config().Actions.(*script)
	if !ok || x.r != r {
		return
	}
	x.sync, x.sent = s, r.now()
	x.startTimetable()
}

// Succeed takes over, after the last Attach, what the runtime of the former config knows and no config
// says: rules that were changed while a sync ran that goes on, and where temporary files may be.
func (r *Runtime) Succeed(former *Runtime) {
	for _, s := range r.scripts {
		for _, old := range former.scripts {
			s.keepTarget(old)
			if old.name != s.name || old.config.Source != s.config.Source || old.config.Target != s.config.Target {
				continue
			}
			if s.sync == old.sync {
				s.filters, s.excludes = old.filters, old.excludes
			}
			s.inherit(old)
		}
	}
}

// Close ends everything the scripts started beside the loop, and waits for it, but for
// ssh connections: Wait does. The runtime must not be used afterwards.
func (r *Runtime) Close() {
	if r.timers != nil {
		r.timers.Retire() // they would call scripts that are gone
	}
	r.watched.close()
	r.masters.close()
	lua53.Close(r.L)
}

// Wait returns when the ssh connections that Close has let go of are closed, after a few seconds at the latest.
// Any goroutine may call it.
func (r *Runtime) Wait() { r.masters.wait() }

// now is the time as scripts see it.
func (r *Runtime) now() time.Time {
	if r.core != nil {
		if t := r.core.Now(); !t.IsZero() {
			return t
		}
	}
	return r.o.Now()
}

// unheard is a log that nobody reads.
type unheard struct{}

func (unheard) Log(string, ...any)  {}
func (unheard) Enabled(string) bool { return false }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
