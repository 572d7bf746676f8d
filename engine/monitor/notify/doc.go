// Package notify watches with github.com/rjeczalik/notify, which has one interface to what
// each system offers: FSEvents or kqueue on macOS, kqueue on the BSDs,
// ReadDirectoryChangesW on Windows, inotify on Linux.
//
// None of its events is believed. It may drop them when there are many, change their order,
// give an old path after a rename, and miss what happens in a new directory before it
// has a watch. So an event is a hint that a directory should be listed again, and what is reported is
// the difference between two listings: see package listing for what that promises. Everything
// is listed again every RescanInterval (60 s). Excluded directories are not listed, but the library watches them.
package notify
