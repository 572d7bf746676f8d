// Package fsat works on files below a directory by descriptor, against users who write there at the same time.
//
// What holds although other processes exchange entries meanwhile:
//
//   - A [Dir] is the directory that was opened. Names given to its methods are single segments, and no symbolic link
//     is followed, neither as the last name nor on the way ([Dir.OpenBelow]).
//   - Owner, mode, times, attributes and hard links are set by [Pinned] only, which holds the inode that was looked at:
//     another one that took its name is [ErrReplaced], and is not touched.
//   - Setuid, setgid and capabilities go only to files that this process has just made and that have the owner already
//     ([ErrForeign] otherwise).
//   - Temporary names tell which process uses them, and a lock on the directory tells whether it still runs
//     ([Dir.TempName], [Dir.IsLeftover]).
//
// On Linux every step is relative to a descriptor. On other systems [os.Root] keeps links from leading outside, but no
// inode can be held ([CanPin]), and there are no attributes, devices, or times of symbolic links.
package fsat
