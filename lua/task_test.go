package lua_test

import (
	"errors"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
	"lsyncgo/lua"
	"lsyncgo/lua/lua53"
)

// task is the smallest caller of lua53.Job: a job whose sleep is one of core's timers, and whose run is work that the job
// owns.
type task struct {
	r     *lua.Runtime
	name  string
	job   *lua53.Job
	timer *core.Timer
	proc  core.ProcID
	free  func()   // lets go of the runtime
	Done  []string // what it has returned
}

// tasksOf gives scripts sleep and run. The function returned starts the global of that name as a task.
func tasksOf(r *lua.Runtime) func(name string) (*task, error) {
	tasks := map[*lua53.Job]*task{}
	current := func(L *glua.LState) *task {
		if j, ok := lua53.InJob(L); ok {
			return tasks[j]
		}
		return nil
	}
	r.L.G.Global.RawSetString("sleep", r.L.NewFunction(func(L *glua.LState) int {
		if t := current(L); t != nil {
			at := r.Now().Add(time.Duration(float64(L.CheckNumber(1)) * float64(time.Second)))
			t.timer = r.Wake(at, func(time.Time) error { return t.resume() })
		}
		return lua53.Suspend(L, "sleep")
	}))
	r.L.G.Global.RawSetString("run", r.L.NewFunction(func(L *glua.LState) int {
		if t := current(L); t != nil {
			proc, err := r.Core().Run(t, &process.Command{Binary: L.CheckString(1), Args: []string{L.CheckString(2)}, Bound: true})
			if err != nil {
				L.RaiseError("run: %v", err)
			}
			t.proc = proc
		}
		return lua53.Suspend(L, "run")
	}))
	return func(name string) (*task, error) {
		fn := r.L.G.Global.RawGetString(name).(*glua.LFunction)
		t := &task{r: r, name: name, job: lua53.NewJob(r.L, fn), free: r.Hold()}
		tasks[t.job] = t
		return t, t.resume()
	}
}

func (t *task) resume(args ...glua.LValue) error {
	results, over, err := t.r.Resume(t.job, func() string { return "task " + t.name }, args...)
	for _, v := range results {
		t.Done = append(t.Done, v.String())
	}
	if over {
		t.free()
	}
	return err
}

// Ended goes on with the job after run: the task is an owner of work as a sync's agent is.
func (t *task) Ended(in core.Exited) {
	if err := t.resume(glua.LNumber(in.Result.Code)); err != nil && !errors.Is(err, lua53.ErrKilled) {
		t.r.Log.Log("Error", err)
	}
}

// Serves is false: the end of the program waits for the work of tasks.
func (*task) Serves() bool { return false }

// Cancel ends the task where it waits, and what it waits for.
func (t *task) Cancel() {
	if t.timer != nil {
		t.timer.Cancel()
	}
	t.job.Kill()
	t.free()
	t.r.Core().Kill(t.proc)
}
