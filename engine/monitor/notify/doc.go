// Package notify watches with github.com/rjeczalik/notify, which has one interface to what
// each system offers: FSEvents or kqueue on macOS, kqueue on the BSDs,
// ReadDirectoryChangesW on Windows, inotify on Linux.
//
// None of its events is believed. It may drop them when there are many, change their order,
// give an old path after a rename, and miss what happens in a new directory before it
// has a watch. So an event is a hint that a directory should be listed again; what is
// reported is the difference between two listings. A new directory is listed
// again a little later, when the library has had time to watch it, and everything is listed
// again every RescanInterval.
//
// # What it does not promise
//
//   - A change that was not hinted at is reported by the next rescan, up to
//     RescanInterval (60 s) later. A file that comes and goes between two listings is not reported.
//   - Renames are a Delete and Create events for everything below the new name.
//   - Root.Mode is not honoured: a file is reported while it is being written, and again when
//     a later listing shows that it has changed.
//   - Each listed entry costs memory (about 150 bytes and its name), each rescan a look at every
//     entry, and each root one look a second whether it is still there.
//   - Excluded directories are not listed, but the library watches them.
//   - Trees deeper than the longest path are not seen to their end.
package notify
