package backend

import "golang.org/x/sys/unix"

// network are file systems that other machines can change, of which the kernel tells only what this machine
// does, by the type that statfs(2) has for them (linux/magic.h and the file systems' own sources).
var network = map[uint32]string{
	unix.NFS_SUPER_MAGIC:   "NFS",
	unix.CIFS_SUPER_MAGIC:  "CIFS",
	unix.SMB_SUPER_MAGIC:   "SMB",
	unix.SMB2_SUPER_MAGIC:  "SMB",
	unix.AFS_SUPER_MAGIC:   "AFS",
	unix.AFS_FS_MAGIC:      "AFS",
	unix.CODA_SUPER_MAGIC:  "Coda",
	unix.CEPH_SUPER_MAGIC:  "Ceph",
	unix.V9FS_MAGIC:        "9p",
	unix.FUSE_SUPER_MAGIC:  "FUSE", // sshfs and the like, and virtiofs; those that are local cost a listing now and then
	unix.OCFS2_SUPER_MAGIC: "OCFS2",
	0x786f4256:             "a shared folder of VirtualBox",
	0xbacbacbc:             "a shared folder of VMware",
	0x01161970:             "GFS2",
	0x0bd00bd0:             "Lustre",
	0x47504653:             "GPFS",
	0x19830326:             "BeeGFS",
}

// fileSystem returns the type of what path is on; 0: it cannot be looked at. A variable so that tests can answer instead.
var fileSystem = func(path string) uint32 {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil {
		return 0
	}
	return uint32(st.Type)
}

// Choose returns the backend for a root that names none, and why. A path that cannot be looked at is chosen for as
// if it were on a local file system.
func Choose(path string) (name, why string) {
	if kind := network[fileSystem(path)]; kind != "" {
		return Paired, "it is on " + kind + ", of which the kernel tells only what this machine changes"
	}
	return near, "the kernel tells all changes of a local file system"
}
