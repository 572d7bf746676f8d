package ownfile

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

const noWait = 0

// Owners and modes tell nothing here: the access lists of directories protect what is in them.

func trusted(fs.FileInfo) bool { return true }

func everybody(fs.FileInfo) bool { return true }

func ownGroup(fs.FileInfo) bool { return true }

func suspicion(fs.FileInfo) string { return "" }

func hardLinks(fs.FileInfo) string { return "" }

func resemble(*os.File, fs.FileInfo) {}

func duplicate(int, string) (*os.File, error) {
	return nil, errors.New("this system has no paths of descriptors")
}

func noReader(error) bool { return false }

func writeWithin(f *os.File, b []byte, _ time.Duration) (int, error) { return f.Write(b) }

// Owner returns the number of the user who owns a file: here users have none.
func Owner(fs.FileInfo) (uid int, known bool) { return 0, false }
