package backend

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		fsType    uint32
		name, why string
	}{
		{unix.EXT4_SUPER_MAGIC, "inotify", "local"},
		{unix.TMPFS_MAGIC, "inotify", "local"},
		{unix.NFS_SUPER_MAGIC, "poll", "NFS"},
		{unix.CIFS_SUPER_MAGIC, "poll", "CIFS"},
		{unix.SMB2_SUPER_MAGIC, "poll", "SMB"},
	} {
		name, why := chooseFor(c.fsType)
		if name != c.name || !strings.Contains(why, c.why) {
			t.Errorf("%x: %s, because %s", c.fsType, name, why)
		}
	}
	if name, _ := Choose(t.TempDir() + "/nothing"); name != "inotify" {
		t.Errorf("for what is not there: %s", name)
	}
}
