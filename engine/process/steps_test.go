package process

import (
	"context"
	"strings"
	"testing"
)

// TestSteps: several children for one command, one after the other, and which result counts.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		codes []string
		want  int
		runs  int
	}{
		{[]string{"0", "0"}, 0, 2}, {[]string{"24", "0"}, 24, 2}, {[]string{"23", "24"}, 23, 2}, {[]string{"24", "23"}, 23, 2},
		{[]string{"23", "12"}, 12, 2}, {[]string{"12", "0"}, 12, 1}, {[]string{"0", "24", "12", "0"}, 12, 3}, {[]string{"3"}, 3, 1},
	} {
		runs := 0
		cmd := script("exit", "77")
		cmd.Bearable = []int{24, 23}
		cmd.Prefix = func() []string { return nil }
		cmd.Steps = func(context.Context, *Command) (steps []*Command) {
			for _, code := range c.codes {
				step := script("exit")
				step.Prefix = func() []string { runs++; return []string{code} }
				steps = append(steps, step)
			}
			return steps
		}
		if res := run(t, cmd); res.Code != c.want || runs != c.runs {
			t.Errorf("%v: code %d after %d runs, wanted %d after %d", c.codes, res.Code, runs, c.want, c.runs)
		}
	}
}

// TestStepsPrefix: what is chosen from has the prefix, and comes with its input.
func TestStepsPrefix(t *testing.T) {
	out := newOutput()
	r := newRunner(t, Options{Output: out.take})
	cmd := script("print", "last")
	cmd.Prefix = func() []string { return []string{"first\n"} }
	cmd.Steps = func(_ context.Context, whole *Command) []*Command {
		other := script("cat")
		other.Stdin = []byte("args " + strings.Join(whole.Args, ""))
		return []*Command{other, whole}
	}
	r.Start(1, cmd)
	for _, line := range []string{"args first", "last", "first", "last"} {
		out.want(t, line)
	}
	if res := next(t, r).Result; res.Code != 0 {
		t.Errorf("got %+v", res)
	}
}

// TestStepsKilled: who ends the command ends the step that runs and gets no other.
func TestStepsKilled(t *testing.T) {
	out := newOutput()
	r := newRunner(t, Options{Output: out.take})
	cmd := script("exit", "0")
	cmd.Steps = func(context.Context, *Command) []*Command {
		never := script("exit", "0")
		never.Prefix = func() []string { t.Error("another step was started"); return nil }
		return []*Command{script("wait"), never}
	}
	r.Start(1, cmd)
	out.want(t, "ready")
	r.Kill(1)
	if res := next(t, r).Result; res.Code != CodeKilled {
		t.Errorf("got %+v", res)
	}
	for _, steps := range []func(context.Context, *Command) []*Command{
		func(ctx context.Context, _ *Command) []*Command { r.Kill(2); <-ctx.Done(); return nil },
		func(context.Context, *Command) []*Command { panic("oops") },
	} {
		cmd := script("exit", "0")
		cmd.Steps = steps
		r.Start(2, cmd)
		if res := next(t, r).Result; res.Code == 0 {
			t.Errorf("got %+v", res)
		}
	}
}
