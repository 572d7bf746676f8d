// Package watches takes in the watch{} of a config and calls its functions: it makes of each table what engine/watch works with, and of
// each raw event a Lua value.
package watches
