// Package kernel reads the kernel's file events: it asks for watches, empties the queue of an
// inotify instance before it overflows, takes the records apart and brings both halves of a rename together.
// It knows no trees and no paths.
//
// A Reader is the instance. Its goroutine, Run, reads as soon as there is something, or as late as Slack allows, so that the kernel's
// queue (fs.inotify.max_queued_events) overflows only if this process does not run at all. A
// Stream is the owner's view of what was read; the owner may lag behind as far as it likes.
package kernel
