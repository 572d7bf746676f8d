package process

import (
	"errors"
	"strings"
	"testing"
)

// What Check says decides before there is a child.
func TestCheck(t *testing.T) {
	refusal := errors.New("the target is away")
	for _, c := range []struct {
		name  string
		check func() error
		code  int
		err   string
	}{
		{"let through", func() error { return nil }, 127, "no-such-binary"},
		{"refused", func() error { return refusal }, CodeRefused, refusal.Error()},
		{"faulty", func() error { panic("oops") }, CodeRefused, "oops"},
	} {
		res := run(t, &Command{Binary: "no-such-binary", Stdin: []byte("x"), Check: c.check})
		if res.Code != c.code || res.Err == nil || !strings.Contains(res.Err.Error(), c.err) {
			t.Errorf("%s: got %+v", c.name, res)
		}
	}
}

// A file system that does not answer holds up Check, and not who ends the command.
func TestCheckHangs(t *testing.T) {
	r := newRunner(t, Options{})
	begun, release := make(chan struct{}), make(chan struct{})
	r.Start(1, &Command{Binary: "no-such-binary", Check: func() error {
		close(begun)
		<-release
		return nil
	}})
	<-begun
	r.Kill(1)
	if res := next(t, r).Result; res.Code != CodeKilled {
		t.Errorf("got %+v", res)
	}
	close(release)
}

// After is called when a child has ended, before that is reported, and not for one that was never started.
func TestAfter(t *testing.T) {
	for _, c := range []struct {
		name    string
		command Command
		want    int
	}{
		{"ended", Command{Binary: "true"}, 1},
		{"failed", Command{Binary: "false"}, 1},
		{"never started", Command{Binary: "no-such-binary"}, 0},
		{"refused", Command{Binary: "true", Check: func() error { return errors.New("no") }}, 0},
	} {
		called := 0
		c.command.After = func() { called++; panic("a fault of it ends nothing") }
		run(t, &c.command)
		if called != c.want {
			t.Errorf("%s: called %d times", c.name, called)
		}
	}
}

// A file system that does not answer holds up After, and not who ends the command.
func TestAfterHangs(t *testing.T) {
	r := newRunner(t, Options{})
	begun, release := make(chan struct{}), make(chan struct{})
	r.Start(1, &Command{Binary: "true", After: func() {
		close(begun)
		<-release
	}})
	<-begun
	r.Kill(1)
	if res := next(t, r).Result; res.Code != 0 {
		t.Errorf("got %+v", res)
	}
	close(release)
}
