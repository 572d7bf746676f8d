// Package initsystem writes and removes the service of an init system that runs one config.
//
// A service file tells in its second line the hash of all that follows, and of which config it is: so it is known whether somebody
// has changed it since. What was changed, or was not written here, is neither overwritten nor removed.
package initsystem
