//go:build !linux

package treetest

import "io/fs"

func fileID(fs.FileInfo) string { return "" }
func owner(fs.FileInfo) string  { return "" }
func device(fs.FileInfo) string { return "" }
func xattrs(string) string      { return "" }
func extra(string, int) error   { return nil }
