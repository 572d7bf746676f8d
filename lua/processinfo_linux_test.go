package lua_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// §2 lsyncd.get_process_info and lsyncd.kill.
func TestProcesses(t *testing.T) {
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill() }) // dead already if all went well
	st := start(t, fmt.Sprintf(`
same(lsyncd.get_process_info().pid, %d)
same(lsyncd.get_process_info(%[2]d), { pid = %[2]d, name = 'sleep', cmdline = 'sleep 1000' })
same(lsyncd.kill(%[2]d, 0), 0)
same(lsyncd.kill(%[2]d), 0)
same(lsyncd.kill(0x3fffffff, 0), -1)
same(lsyncd.get_process_info(0x3fffffff), nil)
sync{ source = source, onCreate = true }`, os.Getpid(), child.Process.Pid))
	st.quiet()
	if err := child.Wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("the child ended with %v", err)
	}
}
