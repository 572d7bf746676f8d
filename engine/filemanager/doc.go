// Package filemanager carries out what the rules of package filerule say: it moves, copies and deletes files and trees that
// other users can write in, beside the engine ([Job]).
//
//   - Everything goes by descriptor below the tree that a rule names: no symbolic link in it is followed, and an entry that
//     somebody exchanges meanwhile is not mistaken for the one that was looked at.
//   - A copy has a temporary name beside its destination until it is whole. Links are copied as links, holes stay holes, and owner,
//     attributes, mode and time are kept. Names of one file within a directory that is copied are names of one file again.
//   - A move renames. Where that cannot be, it copies, compares the copy with the original, has the disk keep it, and then
//     removes what was copied and did not change since. That is so across file systems, and for owners, for setuid by filemode,
//     and for files of several names: an inode that others may have in hand gets none of these.
//   - Setuid and setgid of files, and capabilities, go unless filemode gives them.
//   - When the process is killed, [Recover] of the next one removes what was not finished, and finishes what was published:
//     each file is at one place then.
package filemanager
