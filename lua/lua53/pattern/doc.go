// Package pattern matches Lua patterns byte for byte as Lua 5.3 does, with frontiers (%f), balanced pairs (%b), back
// references and position captures, in strings that may hold any bytes.
//
// A match that takes too long ends with an error: patterns backtrack, and one like (.*)(.*)(.*)x on a long string
// would otherwise stop its caller for hours.
package pattern
