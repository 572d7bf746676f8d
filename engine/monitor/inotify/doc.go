// Package inotify watches directory trees on Linux, one kernel watch per directory.
//
// Roots that have nothing in common are on instances of their own, as far as
// fs.inotify.max_user_instances goes: one that is flooded with events takes none
// of another's from the kernel.
//
// For each instance two goroutines share the work. The reader (package kernel) empties the kernel's queue
// as soon as there is something in it, or a moment later if no root is in a hurry (monitor.Root.Slack). The owner owns the trees, works through what was read and gives events to a
// monitor.Queue; it may lag behind the kernel as far as it likes.
//
// # Trees
//
// Each root has a tree of nodes, one per directory, that knows names and parents,
// so that renaming a directory is one assignment. Kernel watches belong to inodes:
// roots that nest, are equal or meet over a bind mount share them, and a
// kernel event goes to every node that has its watch descriptor.
//
// # Lag
//
// The tree is as old as the event the owner handles, a path is resolved by the
// kernel now. When both differ, a watch may land on another directory than the
// event meant, or on none. Such doubts are written down, and settled at the
// moment nothing that was read and nothing in the kernel's queue is left: then the tree is as new
// as the file system, and asking for a watch at a path again must give
// the descriptor that the node has. A node that fails this is walked again and what
// is in it reported as new.
package inotify
