//go:build !unix

package runtimedir

import "os"

// openLocked opens a directory.
func openLocked(path string) (*os.File, error) { return os.Open(path) }

func sessionDir() []string { return nil }

// private: the directory for temporary files is the user's own.
func private(os.FileInfo) bool { return true }

func secure(string) error { return nil }
