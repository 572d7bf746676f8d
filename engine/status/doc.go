// Package status is what is going on, told to people and programs: values
// (snapshot.go, no I/O, so that the pure core can fill them), the status file,
// the texts of "lsyncgo status", and the unix socket between the two.
package status
