// Package listing watches directory trees by comparing what directories hold with what they held before: the base
// of the backends for systems and file systems that do not tell reliably what happens.
//
// A Hinter may tell which directories are worth a look; no hint is believed further than that. A new directory is
// listed again a little later, when the Hinter has had time to watch it, and everything is listed again every interval,
// but never so often that it would take more than a tenth of the time.
//
// # What it does not promise
//
//   - A change that was not hinted at is reported by the next listing of everything. A
//     file that comes and goes between two listings is not reported: if it was transferred in between, with its
//     directory or by a startup, the target keeps it until all is synced again.
//   - Renames are a Delete and Create events for everything below the new name.
//   - Root.Mode is not honoured: a file is reported while it is being written, and again when
//     a later listing shows that it has changed.
//   - Each listed entry costs memory (about 80 bytes and its name), each listing of everything a look at every
//     entry, and each root one look a second whether it is still there.
//   - Trees deeper than the longest path are not seen to their end.
package listing
