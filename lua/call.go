package lua

import (
	"errors"
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/printable"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/schema"
)

// ScriptError is a failure of Lua code, or of ours while it ran.
type ScriptError struct {
	Place     string // file:line, "" if not known
	Sync      string // name of the sync, "" outside of one
	Event     string // what the script worked on: "action of Create \"a\""
	Message   string
	Traceback []string // innermost first
	Internal  bool     // a fault of this program, not of the script
	GoStack   string   // where in this program, if Internal; for the log at Debug
}

// Error returns everything on one line, so that one error is one line of a log.
func (e *ScriptError) Error() string {
	var b strings.Builder
	if e.Place != "" {
		b.WriteString(e.Place + ": ")
	}
	if e.Sync != "" {
		fmt.Fprintf(&b, "sync %s: ", printable.Quote(e.Sync))
	}
	if e.Internal {
		b.WriteString("internal error, please report it: ")
	}
	b.WriteString(e.Message)
	if e.Event != "" {
		b.WriteString(", in " + e.Event)
	}
	if len(e.Traceback) > 0 {
		b.WriteString("; traceback: " + strings.Join(e.Traceback, " < "))
	}
	return printable.Line(b.String())
}

// Call calls a Lua function and leaves nret results on the stack. An error is
// a *ScriptError or an *ExitError. event says what for, in messages.
func (r *Runtime) Call(event string, fn glua.LValue, nret int, args ...glua.LValue) error {
	r.enter()
	r.L.Push(fn)
	for _, a := range args {
		r.L.Push(a)
	}
	err := lua53.ProtectedCall(r.L, len(args), nret, nil)
	if err != nil {
		err = r.fault(err, event)
	}
	r.leave()
	return err
}

// Resume begins a job or goes on with it, as lua53.Job.Resume does, within the limits of a call. An error is a *ScriptError, an
// *ExitError or lua53.ErrKilled. event says what for, in messages, and is only called for one.
func (r *Runtime) Resume(job *lua53.Job, event func() string, args ...glua.LValue) (results []glua.LValue, over bool, err error) {
	r.enter()
	defer r.leave()
	results, over, err = job.Resume(args...)
	if err != nil && !errors.Is(err, lua53.ErrKilled) {
		err = r.fault(err, event())
	}
	return results, over, err
}

// LoadFile compiles a script, within the limits of a call.
func (r *Runtime) LoadFile(file string) (*glua.LFunction, error) {
	r.enter()
	defer r.leave()
	fn, err := lua53.LoadFile(r.L, r.Anchored(file))
	if cause := r.Limit.Cause(); err != nil && cause != nil {
		err = &ScriptError{Message: r.limitHit(cause)}
	}
	return fn, err
}

// fault turns what PCall returned into an error for people.
func (r *Runtime) fault(err error, event string) error {
	var api *glua.ApiError
	if errors.As(err, &api) {
		if ud, ok := api.Object.(*glua.LUserData); ok {
			switch v := ud.Value.(type) {
			case *ExitError:
				return v
			case *ScriptError:
				return v
			}
		}
	}
	place, message, traceback, goStack := lua53.Describe(err)
	fault := &ScriptError{Place: place, Message: r.naming(place, message), Event: event, Traceback: frames(traceback)}
	if cause := r.Limit.Cause(); cause != nil {
		fault.Message = r.limitHit(cause)
		return fault
	}
	if goStack != "" {
		fault.Internal, fault.GoStack = true, goStack
		r.Log.Log("Debug", "internal error: ", message, "\n", goStack)
	}
	return fault
}

// limitHit says which limit a call has reached.
func (r *Runtime) limitHit(cause error) string {
	limits := r.Limit.Limits()
	switch {
	case errors.Is(cause, lua53.ErrTime) && r.loading:
		return fmt.Sprintf("the config was not loaded within %s seconds, its loading was stopped", printable.Seconds(limits.Time))
	case errors.Is(cause, lua53.ErrTime):
		return fmt.Sprintf("the script ran longer than scriptTimeout = %s seconds and was stopped", printable.Seconds(limits.Time))
	case errors.Is(cause, lua53.ErrMemory):
		return fmt.Sprintf("the script needed more memory than scriptMemory = %s and was stopped", schema.SizeText(limits.Memory))
	}
	return "the script was stopped, as the program ends"
}

// frames takes the lines of a Lua traceback that say something to the reader.
func frames(traceback string) []string {
	var list []string
	for _, line := range strings.Split(traceback, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line == "stack traceback:" || strings.HasPrefix(line, "[G]") {
			continue
		}
		list = append(list, strings.Replace(line, ": in ", " in ", 1))
	}
	return list
}

// Throw raises err as a Lua error that call gives back as it is.
func Throw(L *glua.LState, err error) {
	ud := L.NewUserData()
	ud.Value = err
	mt := L.NewTable()
	text := err.Error()
	mt.RawSetString("__tostring", L.NewFunction(func(L *glua.LState) int {
		L.Push(glua.LString(text))
		return 1
	}))
	ud.Metatable = mt
	L.Error(ud, 0)
}

// Where returns the place of the innermost running Lua code that is not a preset's.
func Where(L *glua.LState) string {
	for level := 1; ; level++ {
		dbg, ok := L.GetStack(level)
		if !ok {
			return ""
		}
		if _, err := L.GetInfo("Sl", dbg, glua.LNil); err != nil || dbg.CurrentLine <= 0 || Embedded(dbg.Source) {
			continue
		}
		return fmt.Sprintf("%s:%d", dbg.Source, dbg.CurrentLine)
	}
}

// WithoutExit drops an *ExitError: core has been told already.
func WithoutExit(err error) error {
	var exit *ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// PresetPrefix begins the chunk names of the presets.
const PresetPrefix = "defaults/"

// Embedded reports whether code of this chunk name is the program's own: messages name the line of the config that called it.
func Embedded(source string) bool { return strings.HasPrefix(source, PresetPrefix) }
