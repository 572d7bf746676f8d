// Package translate rewrites Lua 5.3 source into the Lua 5.1 source that gopher-lua 1.1.2 reads rightly, token by
// token and without moving a token to another line. What has no counterpart is refused with a remedy.
//
// It serves two needs. Lua 5.2 and 5.3 brought escapes, number forms, free standing break and a call that may
// continue on the next line. And gopher-lua's own scanner differs from any Lua: "0010" is octal, \x41 is "x41",
// form feeds are no white space, a comment that starts with --[= is an unfinished one, and in "local f = function"
// the function sees the new f instead of the outer one.
package translate
