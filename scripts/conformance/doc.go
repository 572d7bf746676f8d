// Conformance runs the same configs and the same file operations under Lsyncd
// and under lsyncgo, with stand-ins for the programs that they start, and
// compares what was started.
//
//	go run ./scripts/conformance [-run REGEXP] [-v] [-lsyncd PATH] [-lsyncgo PATH] [-seed N] [-parallel N]
//
// It prints a line for each scenario and at the end "N passed, N failed"; its
// exit status is 1 if one failed. A scenario has to agree exactly: the calls of
// each path in order, all calls together, the trees and the exit status. What
// was decided differently is a difference, listed in lua/migrate with its reason,
// which rewrites both recordings to a common form; it applies only to the
// scenarios that name it.
package main
