// Package lua53 makes a gopher-lua 1.1.2 state, which is Lua 5.1, run scripts written for Lua 5.2 and 5.3.
//
// NewState returns a state with the libraries of Lua 5.3. Compile and LoadFile translate sources for it: the tokens in
// package translate, then the syntax tree, where what gopher-lua would compile wrongly is written in a way that it
// compiles rightly (see fixer). Scripts get at both through load, loadstring, loadfile, dofile and require. Sources
// given to LState.Load, DoString and DoFile bypass all of it.
//
// # Numbers
//
// There is one type of number, the float, exact for integers up to 2^53. Integral values below 2^63 print without point
// and exponent, others with %.14g: 10/2 is "5" where Lua 5.3 has "5.0" and Lua 5.1 "5"; 1e15 is "1000000000000000" where
// both have "1e+15". tostring, print, .., table.concat, string.format and io.write agree on it. math.type calls integral
// values integers, math.maxinteger is 2^63-1024. Strings in arithmetic are converted by gopher-lua, which takes a
// leading zero for octal: '010' + 1 is 9, while tonumber('010') is 10.
//
// # What does not work
//
// Refused at load, with a remedy: integer division //, the bit operators & | ~ << >> (bit32 of Lua 5.2 is there), _ENV
// (getfenv, setfenv and the last argument of load are there), the attributes <const> and <close> of Lua 5.4, binary
// chunks.
//
// Without effect: __gc, weak tables (__mode), collectgarbage apart from collect and count.
//
// Raise an error: string.dump; a result of more than 500,000 values; comparing values of different types by __lt.
//
// Absent: string.pack, string.unpack, string.packsize, debug.sethook, package.loadlib, warn.
//
// Different: errors of the language name the key but not the variable ("attempt to index a nil value (key 'x')" once
// through Describe, gopher-lua's own words within the script); an error in a library function called directly by pcall
// has the position of pcall's caller; in a function with ... the name arg is a table of the arguments, as in Lua 5.0;
// the border that # finds in a table with holes; a sparse array costs memory up to its largest index (below 8,388,608, a list with more does not work).
//
// Slow: a function with very many different constants, as gopher-lua looks each up in a list: 10,000 strings in one table
// constructor take 0.2 s to compile, 30,000 take 2 s.
//
// # Coroutines
//
// coroutine.yield works everywhere in a coroutine, also where Lua 5.3 refuses it, as in table.sort and string.gsub. Within a
// function of the library, a metamethod or an iterator it takes a goroutine until the coroutine goes on; of more than
// 1,000 that wait so the oldest is ended, as scripts may have forgotten it. Calls in a coroutine may be nested 4,096 deep.
//
// A Job is a coroutine that Go code resumes. A Go function suspends it through Suspend wherever the job calls it, in coroutines of
// the script, too. Each resume is a call with limits of its own.
//
// # Limits
//
// A Limiter bounds a call of Lua code in time, memory and depth, see Limits. Its end is the end of the state's context,
// which pcall, xpcall and coroutines cannot catch. It stops pattern matching, gsub, sort, concat, move and load, ends
// what os.execute and io.popen started, and leaves an operation on a disk that does not answer behind. A result of
// a megabyte or more is made only if there is room for it; any other growth is sampled. A match stops by itself after
// 100 million steps. Functions of the library may call each other 200 levels deep, calls may be nested 16,000 deep,
// and an expression may have 4,000 operators, calls and indexes in a row.
//
// # Files
//
// Files are not buffered for writing. Nothing here waits for children other than its own.
package lua53
