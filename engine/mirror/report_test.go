package mirror

import (
	"errors"
	"testing"
)

// A name in a failure makes up no line, in the log or on the console.
func TestFailureIsOneLine(t *testing.T) {
	f := Failure{Path: "x\x1b[2J\n12:00:00 Normal: forged", Verb: "write", Err: errors.New("denied\a by \xff")}
	if got, want := f.Error(), `write x\x1b[2J\n12:00:00 Normal: forged: denied\x07 by \xff`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
