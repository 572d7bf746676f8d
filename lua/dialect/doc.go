// Package dialect makes a gopher-lua state (Lua 5.1) run scripts written for Lua 5.2 and 5.3.
package dialect
