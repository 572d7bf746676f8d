// Package inotify watches directory trees on Linux, one kernel watch per directory.
//
// Roots that have nothing in common are on inotify instances of their own, as far as
// fs.inotify.max_user_instances allows: the kernel bounds the queue of an instance, and a flood of events
// below one root then loses no events of another.
//
// For each instance two goroutines share the work. The reader (package kernel) empties the kernel's queue
// as soon as it has events, or a moment later if every root allows that (monitor.Root.Slack). The owner has
// the trees, handles the events that were read and puts its own into a monitor.Queue; it may lag behind the kernel as
// far as it likes.
//
// # Trees
//
// Each root has a tree of nodes, one per directory. A node knows its name and its parent,
// so that renaming a directory is one assignment. Kernel watches belong to inodes:
// roots that nest, are equal or meet over a bind mount share them, and the owner gives a
// kernel event to every node that has its watch descriptor.
//
// # Walks
//
// A walk watches and lists a directory and all below it. The owner begins it alone; when the tree turns out to be
// large, walkers on goroutines of their own go on: they open, watch and list directories and know no tree. The owner takes what they
// found into the tree, parents before children, and handles no events until the walk is done.
//
// # Lag
//
// The tree is as old as the event that the owner handles, but the kernel resolves a path as of
// now. When both differ, a watch may be placed on another directory than the
// event meant, or on none. The owner notes such names as unverified, and verifies them when
// nothing is left of what was read nor in the kernel's queue: then the tree is as new
// as the file system, and asking for a watch at the path again must return
// the descriptor that the node has. If it does not, the owner walks the directory anew and reports its
// contents as new.
//
// # Raw trees
//
// A root whose receiver wants what the kernel tells as it tells it (monitor.Root.Raw) has a tree of its own kind, on the same instance and with
// the same watches: the kernel is asked for what all trees of a directory want together, and each is told what it asked for.
package inotify
