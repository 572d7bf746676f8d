// Package monitortest is the acceptance test of monitors, and a monitor for tests
// of what uses one.
//
// Run plays scripts against a backend and compares what it reports, step by
// step, and with a model: a copy of the tree made from nothing but
// events, and a look at the paths they name. After everything that the suite does to a
// tree the model has to be equal to it. Nothing here sleeps; a step is
// over when a file made after it has been reported.
package monitortest
