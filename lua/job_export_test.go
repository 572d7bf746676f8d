package lua

import (
	"errors"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
	"lsyncgo/lua/lua53"
)

// Task is the smallest caller of lua53.Job: a job whose sleep is one of core's timers, and whose run is work that the job
// owns.
type Task struct {
	r     *Runtime
	name  string
	job   *lua53.Job
	timer *core.Timer
	proc  core.ProcID
	Done  []string // what it has returned
}

// Tasks gives scripts sleep and run. The function returned starts the global of that name as a task.
func (r *Runtime) Tasks() func(name string) (*Task, error) {
	tasks := map[*lua53.Job]*Task{}
	current := func(L *glua.LState) *Task {
		if j, ok := lua53.InJob(L); ok {
			return tasks[j]
		}
		return nil
	}
	r.L.G.Global.RawSetString("sleep", r.L.NewFunction(func(L *glua.LState) int {
		if t := current(L); t != nil {
			at := r.now().Add(time.Duration(float64(L.CheckNumber(1)) * float64(time.Second)))
			t.timer = r.timers.Add(at, func(time.Time) error { return t.resume() })
		}
		return lua53.Suspend(L, "sleep")
	}))
	r.L.G.Global.RawSetString("run", r.L.NewFunction(func(L *glua.LState) int {
		if t := current(L); t != nil {
			proc, err := r.core.Run(t, &process.Command{Binary: L.CheckString(1), Args: arguments(L, nil, 2), Bound: true})
			if err != nil {
				L.RaiseError("run: %v", err)
			}
			t.proc = proc
		}
		return lua53.Suspend(L, "run")
	}))
	return func(name string) (*Task, error) {
		fn := r.L.G.Global.RawGetString(name).(*glua.LFunction)
		t := &Task{r: r, name: name, job: lua53.NewJob(r.L, fn)}
		tasks[t.job] = t
		return t, t.resume()
	}
}

func (t *Task) resume(args ...glua.LValue) error {
	t.r.limit.Enter()
	defer t.r.limit.Leave()
	results, _, err := t.job.Resume(args...)
	for _, v := range results {
		t.Done = append(t.Done, v.String())
	}
	if err != nil {
		return t.r.fault(err, "task "+t.name)
	}
	return nil
}

// Ended goes on with the job after run: the task is an owner of work as a sync's agent is.
func (t *Task) Ended(in core.Exited) {
	if err := t.resume(glua.LNumber(in.Result.Code)); err != nil && !errors.Is(err, lua53.ErrKilled) {
		t.r.log.Log("Error", err)
	}
}

// Serves is false: the end of the program waits for the work of tasks.
func (*Task) Serves() bool { return false }

// Cancel ends the task where it waits, and what it waits for.
func (t *Task) Cancel() {
	if t.timer != nil {
		t.timer.Cancel()
	}
	t.job.Kill()
	t.r.core.Kill(t.proc)
}
