// Package jobs has functions of a config run as jobs: coroutines that wait, in sleep and run, without holding up the engine.
package jobs

import (
	"errors"
	"math"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
	"lsyncgo/lua"
	"lsyncgo/lua/api"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/values"
)

// maxOutput is how many bytes of each output of a program run returns.
const maxOutput = 1 << 20

// Jobs are the jobs of one runtime.
type Jobs struct {
	r       *lua.Runtime
	running map[*lua53.Job]*job
}

// New returns the jobs of a runtime, none yet.
func New(r *lua.Runtime) *Jobs { return &Jobs{r: r, running: map[*lua53.Job]*job{}} }

// Globals are what a job can call.
func (j *Jobs) Globals() []lua.Global {
	return []lua.Global{{Name: "sleep", Func: j.globalSleep, Own: true}, {Name: "run", Func: j.globalRun, Own: true}}
}

// job is one job from its start to its end.
type job struct {
	in    *Jobs
	lua   *lua53.Job
	about func() string
	done  func(err error)
	free  func()      // lets go of the runtime
	timer *core.Timer // of sleep
	proc  core.ProcID // of run; 0: none
	// killed: nothing of it runs any more, and the end of its program is waited for. over: neither.
	killed, over bool
}

// Start begins a job: a call of fn, which may end before Start returns. done is called once when it has ended. about says in
// messages what the job is for, and is called only when there is one; its errors go to log. kill ends the job where it waits, with the program that it waits for, and
// does nothing afterwards. The runtime stays open until the job has ended.
func (j *Jobs) Start(fn *glua.LFunction, about func() string, log core.Log, done func(), args ...glua.LValue) (kill func()) {
	return j.Begin(fn, about, func(err error) {
		if err != nil {
			log.Log("Error", err)
		}
		done()
	}, args...)
}

// Begin is Start for a caller that does something about an error: done gets it.
func (j *Jobs) Begin(fn *glua.LFunction, about func() string, done func(err error), args ...glua.LValue) (kill func()) {
	x := &job{in: j, lua: lua53.NewJob(j.r.L, fn), about: about, done: done, free: j.r.Hold()}
	j.running[x.lua] = x
	x.resume(args...)
	return x.kill
}

// resume goes on with the job up to where it waits or ends.
func (x *job) resume(args ...glua.LValue) {
	_, over, err := x.in.r.Resume(x.lua, x.about, args...)
	if errors.Is(err, lua53.ErrKilled) {
		err = nil
	}
	if over {
		x.end(lua.WithoutExit(err))
	}
}

func (x *job) end(err error) {
	if x.over {
		return
	}
	x.over = true
	delete(x.in.running, x.lua)
	x.done(err)
	x.free()
}

func (x *job) kill() {
	if x.over || x.killed {
		return
	}
	x.killed = true
	if x.timer != nil {
		x.timer.Cancel()
	}
	x.lua.Kill()
	if x.proc == 0 {
		x.end(nil)
		return
	}
	x.in.r.Core().Kill(x.proc) // Ended comes
}

// Serves implements core.Owner.
func (*job) Serves() bool { return false }

// Lasts implements core.LastingOwner.
func (*job) Lasts() {}

// Ended goes on with a job whose program has ended.
func (x *job) Ended(in core.Exited) {
	x.proc = 0
	if x.killed {
		x.end(nil)
		return
	}
	r := in.Result
	stderr := glua.LString(r.Stderr)
	if r.Err != nil {
		stderr += glua.LString(r.Err.Error())
	}
	x.resume(glua.LNumber(r.Code), glua.LString(r.Stdout), stderr)
}

// of returns the job that calls a function, nil if none does.
func (j *Jobs) of(L *glua.LState) *job {
	if x, ok := lua53.InJob(L); ok {
		return j.running[x]
	}
	return nil
}

// outside raises the error of a call that would have to wait where nothing can.
func outside(L *glua.LState, name string) {
	L.RaiseError("%s works only inside a job: that is the function of a scheduler.task, of an event_map, of onExist or onEndExist, of fam.monitor", name)
}

// globalSleep is sleep(seconds).
func (j *Jobs) globalSleep(L *glua.LState) int {
	x := j.of(L)
	if x == nil {
		outside(L, "sleep")
	}
	seconds := float64(L.CheckNumber(1))
	if !(seconds >= 0 && seconds <= math.MaxInt32) {
		L.RaiseError("sleep: the number of seconds must be 0 or more, not %s", values.Describe(L.Get(1)))
	}
	x.timer = j.r.Wake(j.r.Now().Add(time.Duration(seconds*float64(time.Second))), func(time.Time) error {
		x.timer = nil
		x.resume()
		return nil
	})
	return lua53.Suspend(L, "sleep")
}

// globalRun is run(binary, ...): exit code, stdout, stderr.
func (j *Jobs) globalRun(L *glua.LState) int {
	x := j.of(L)
	if x == nil {
		outside(L, "run")
	}
	binary, ok := L.Get(1).(glua.LString)
	if !ok || binary == "" {
		L.RaiseError("run: the first argument must be the program, not %s", values.Describe(L.Get(1)))
	}
	cmd := &process.Command{Binary: values.WithoutZero(L, "run: the program", string(binary)), Args: api.Arguments(L, "run", nil, 2), Bound: true, Capture: maxOutput}
	proc, err := j.r.Core().RunInTurn(x, cmd)
	if err != nil {
		L.RaiseError("run: %v", err)
	}
	x.proc = proc
	return lua53.Suspend(L, "run")
}
