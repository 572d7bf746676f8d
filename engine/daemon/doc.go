// Package daemon is what makes a program one: it detaches with the starter waiting
// until the daemon is ready, locks a pidfile, talks to the service manager, and does
// what process 1 of a container has to do.
package daemon

// envPipe tells the daemon the descriptor on which its starter waits.
const envPipe = "LSYNCGO_STARTER_FD"

// failure is the exit status when nothing else fits, Lsyncd's -1.
const failure = 255
