// Package lua is the script runtime: one Lua state that loads a config, gives
// scripts their globals, turns events, lists and inlets into Lua values, and
// runs the actions of the syncs for core.
//
// A Runtime belongs to one goroutine at a time: the one that calls Load, then,
// from Bind on, the one that runs the loop. Only what runs beside the loop, the
// feeding of a path plan or a transfer, is done by other goroutines, and
// that never touches the Lua state.
//
// Loading starts and writes nothing. Every problem of a config is gathered, so
// that one run shows them all, each with its place and its remedy.
package lua
