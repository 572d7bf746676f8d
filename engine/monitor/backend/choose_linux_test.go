package backend

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// pretend has every path be on a file system of this type until the test ends.
func pretend(t *testing.T, fsType uint32) {
	t.Helper()
	was := fileSystem
	fileSystem = func(string) uint32 { return fsType }
	t.Cleanup(func() { fileSystem = was })
}

// Tasks §2 Monitors.
func TestChoose(t *testing.T) {
	if name, _ := Choose(t.TempDir() + "/nothing"); name != "inotify" {
		t.Errorf("for what is not there: %s", name)
	}
	for _, c := range []struct {
		fsType    uint32
		name, why string
	}{
		{unix.EXT4_SUPER_MAGIC, "inotify", "local"},
		{unix.TMPFS_MAGIC, "inotify", "local"},
		{unix.NFS_SUPER_MAGIC, "inotify+poll", "NFS"},
		{unix.CIFS_SUPER_MAGIC, "inotify+poll", "CIFS"},
		{unix.SMB2_SUPER_MAGIC, "inotify+poll", "SMB"},
		{unix.V9FS_MAGIC, "inotify+poll", "9p"},
		{unix.FUSE_SUPER_MAGIC, "inotify+poll", "FUSE"},
	} {
		pretend(t, c.fsType)
		name, why := Choose("/")
		if name != c.name || !strings.Contains(why, c.why) {
			t.Errorf("%x: %s, because %s", c.fsType, name, why)
		}
	}
}

// TestNetworkSuite, §2: on a network file system inotify and poll together report what a monitor has to report, as one.
func TestNetworkSuite(t *testing.T) {
	pretend(t, unix.NFS_SUPER_MAGIC)
	monitortest.Run(t, func(*testing.T) monitor.Monitor {
		return NewMux(quick, func(c Choice) {
			if c.Backend != Paired || !strings.Contains(c.Why, "NFS") {
				t.Errorf("%+v", c)
			}
		})
	}, monitortest.Promises{})
}
