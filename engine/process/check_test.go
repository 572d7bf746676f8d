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
