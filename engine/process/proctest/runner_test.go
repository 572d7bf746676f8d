package proctest_test

import (
	"context"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
	"lsyncgo/engine/process/proctest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// runner is what both the fake and the real one are to those who use them.
type runner interface {
	Start(core.ProcID, core.Work)
	Kill(core.ProcID)
	Exits() <-chan core.Exited
	Close(context.Context) error
}

var (
	_ runner = (*process.Runner)(nil)
	_ runner = (*proctest.Runner)(nil)
)

func TestRunner(t *testing.T) {
	r := proctest.New()
	w := &process.Command{Binary: "rsync"}
	for id := range core.ProcID(3) {
		r.Start(id, w)
	}
	r.Kill(1)
	r.End(0, core.Result{Code: 23})
	if x := <-r.Exits(); x.Proc != 0 || x.Result.Code != 23 {
		t.Errorf("got %+v", x)
	}
	r.KillEnds = true
	r.Kill(2)
	r.Kill(7)
	if x := <-r.Exits(); x.Proc != 2 || x.Result.Code != 143 || x.Result.Signal != 15 {
		t.Errorf("got %+v", x)
	}
	if s := r.Started(); len(s) != 3 || s[2].Work != core.Work(w) {
		t.Errorf("started %+v", s)
	}
	if got := r.Killed(); !slices.Equal(got, []core.ProcID{1, 2, 7}) {
		t.Errorf("killed %d", got)
	}
	if got := r.Running(); !slices.Equal(got, []core.ProcID{1}) {
		t.Errorf("running %d", got)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, ok := <-r.Exits(); ok {
		t.Error("exits are open")
	}
}

func TestEndOfNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("the end of work that does not run was reported")
		}
	}()
	proctest.New().End(1, core.Result{})
}
