// Package filerule has the rules of a file manager: which rule is for the path of an event, and which operation it makes of it.
// It touches no file; package filemanager carries operations out.
//
// Paths are bytes. A regular expression sees characters, and a byte that is none as one character; what it does not
// replace is passed on byte by byte.
package filerule
