package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// §6: check -connect tries each target without writing: ssh, the rsync there, the directory there; the exit status is 1
// if one fails. Real ssh and sshd.
func TestCheckConnect(t *testing.T) {
	t.Parallel()
	server := newSSHD(t)
	p := newPlace(t)
	odd := `it's "a" $(touch x); dir`
	p.mkdir(odd)
	p.write("plain", "")
	over := func(dir, rest string) string {
		return fmt.Sprintf("sync { default.rsyncssh, source = \"$SOURCE\", host = \"127.0.0.1\", targetdir = %q, ssh = { port = %d, identityFile = %q, options = { "+
			"IdentitiesOnly = \"yes\", StrictHostKeyChecking = \"no\", UserKnownHostsFile = \"/dev/null\" } }, %s }\n", dir, server.Port, filepath.Join(server.dir, "user"), rest)
	}
	fine := over(p.path(odd), "") + over(p.path("not-yet"), `rsync = { rsync_path = "env rsync" }`) +
		`sync { default.direct, source = "$SOURCE", target = "$TARGET" }` + "\n" +
		fmt.Sprintf("sync { default.rsync, source = \"$SOURCE\", target = \"127.0.0.1:%s\", rsync = { rsh = \"ssh -F %s -p %d -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null\" } }\n",
			p.path("plain-dir"), os.DevNull, server.Port, filepath.Join(server.dir, "user"))
	good := start(t, "check", "-connect", p.config(fine))
	if code := good.wait(); code != 0 || strings.Count(good.out.String(), "can be reached and written") != 4 {
		t.Errorf("exit code %d", code)
	}
	bad := start(t, "check", "-connect", p.config(fine+over(p.path("no/such"), "")+over(p.path("plain"), "")+
		over(p.path("x"), `rsync = { rsync_path = "/no/rsync" }`)+
		fmt.Sprintf("sync { default.rsync, source = \"$SOURCE\", target = \"rsync://127.0.0.1:%d/mod\" }\n", freePort(t))+
		`sync { default.direct, source = "$SOURCE", target = "$DIR/no/such" }`+"\n"+`sync { default.direct, source = "$SOURCE", target = "/proc/new" }`))
	if code := bad.wait(); code != 1 || strings.Count(bad.out.String(), "can be reached and written") != 4 {
		t.Errorf("exit code %d", code)
	}
	for line, want := range map[int]string{5: "the directory above the target is missing", 6: "the target is no directory", 7: "there is no rsync at the target",
		8: "connection refused: no rsync daemon at 127.0.0.1", 9: "the directory above the target is missing", 10: "takes no files"} {
		if said := fmt.Sprintf("config.lua:%d: sync \"Sync%d\": target ", line, line); !strings.Contains(bad.out.String(), said) ||
			!strings.Contains(strings.SplitN(strings.SplitN(bad.out.String(), said, 2)[1], "\n", 2)[0], want) {
			t.Errorf("no %q of line %d", want, line)
		}
	}
	for _, name := range []string{"not-yet", "plain-dir", "no", "x", "target/x"} {
		if p.exists(name) {
			t.Errorf("%s was made", name)
		}
	}
}
