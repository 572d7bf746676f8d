package monitortest

import (
	"testing"

	"go.uber.org/goleak"
)

// VerifyMain runs the tests of a package that links the backend notify, and fails if they leave goroutines behind. Those of
// the library rjeczalik/notify live as long as the process.
func VerifyMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*inotify).loop"),
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*inotify).send"),
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*nonrecursiveTree).dispatch"),
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*nonrecursiveTree).internal"))
}
