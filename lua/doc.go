// Package lua owns the Lua state of a config: it calls functions within limits of time and memory, makes errors that people
// can read of what goes wrong, and ends with the state what was begun for it. It knows no sync: lua/api gives scripts what
// they see, and lua/config loads.
//
// A Runtime belongs to one goroutine at a time: the one that loads the config, then, from Bind on, the one that runs the loop.
package lua
