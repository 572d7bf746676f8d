package usertest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// CopySelf copies the test's program to path, for another user to run: the directory that go test builds in is closed to others. A
// process of its own writes the copy. If the test wrote it, a child that another test forks meanwhile would hold it open for
// writing, and execve fails for such a file (ETXTBSY).
func CopySelf(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command("cp", fmt.Sprintf("/proc/%d/exe", os.Getpid()), path).CombinedOutput() // #nosec G204 -- a test
	if err == nil {
		err = os.Chmod(path, 0o755) // #nosec G302 -- a program for all
	}
	if err != nil {
		t.Fatalf("copy this program to %s: %v %s", path, err, out)
	}
}
