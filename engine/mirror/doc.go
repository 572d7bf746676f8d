// Package mirror keeps a local target directory equal to a source directory
// without starting a process.
//
// [Tree] compares everything and copies what differs: the startup of a mirror.
// [Apply] takes a batch of events. An event is only a hint where to look: what
// happens at the target is decided by what the source holds when the event is
// acted on, so events may be stale, repeated, folded or in part missing, and
// the target still ends equal at every path they name. Only renames look
// further: what was moved in the source is moved in the target instead of
// copied, and events that came before the move follow the path to its new name.
//
// # What can be relied on
//
//   - A file appears at the target whole or not at all: it is written under a
//     temporary name beside its destination, gets its metadata there and is
//     renamed. A source that changed meanwhile is copied again, at most three
//     times.
//   - What has another type in the way changes places with it, where the file system can, and the old is removed then.
//   - With Fsync, a file has no name before its data is on the disk.
//   - With HardLinks, the other names of a file that was copied follow it, even
//     if no event tells of them. Finding them costs a walk through the source,
//     which batches without such files do not pay.
//   - Nothing outside the target is touched. Both trees are walked by directory
//     descriptors and no symbolic link below a root is followed, also if
//     one is put there while the work is going on.
//   - Nothing is removed because something could not be read. Only an answer
//     "no such entry" of a source whose root is still in its place counts.
//   - A cancelled context ends the work at the next entry and leaves no
//     temporary file. Those of a killed daemon are removed by the next Tree.
//
// On Linux every step is relative to a descriptor (openat and its family) and
// data moves by reflink or copy_file_range where the file system has them. On
// other systems [os.Root] gives the same protection with fewer attributes kept:
// no extended attributes, no devices, and no times of symbolic links.
package mirror
