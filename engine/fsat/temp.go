package fsat

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	tempMark = ".lsyncgo-"
	maxName  = 255 // bytes in a name, the limit of every common file system
)

var (
	// tempProcess is the part of a temporary name that tells the files of this
	// process from those that a killed one left behind.
	tempProcess = func() string {
		var b [4]byte
		_, _ = rand.Read(b[:]) // never fails
		return hex.EncodeToString(b[:])
	}()
	tempCount atomic.Uint32
)

// tempName returns a new name beside name: ".name.lsyncgo-PPPPPPPPCCCCCCCC".
// A name too long for that is replaced by its hash.
func tempName(name string) string {
	tail := fmt.Sprintf("%s%s%08x", tempMark, tempProcess, tempCount.Add(1))
	if 1+len(name)+len(tail) > maxName {
		h := fnv.New64a()
		_, _ = h.Write([]byte(name))
		name = fmt.Sprintf("%016x", h.Sum64())
	}
	return "." + name + tail
}

// IsTemp tells whether name has the form that tempName gives.
func IsTemp(name string) bool {
	at := strings.LastIndex(name, tempMark)
	if at < 2 || name[0] != '.' {
		return false
	}
	id := name[at+len(tempMark):]
	return len(id) == 16 && strings.Trim(id, "0123456789abcdef") == ""
}

// IsForeignTemp tells whether name is a temporary file of another process.
func IsForeignTemp(name string) bool { return IsTemp(name) && markOf(name) != tempProcess }

// markOf is the part of a temporary name that tells its process.
func markOf(temp string) string { return temp[len(temp)-16 : len(temp)-8] }

// TempName returns a name for a temporary entry of d. Others are told first that this
// process writes there, so that none of them takes the entry for a leftover.
func (d *Dir) TempName(name string) string {
	d.announce()
	return tempName(name)
}

// leftoverAge is for how long nothing may have happened to a temporary file before it
// counts as a leftover where its writer may be out of sight.
const leftoverAge = time.Hour

// IsLeftover tells whether nobody writes the temporary entry name of d any more.
func (d *Dir) IsLeftover(name string, have Stat) bool {
	if !IsForeignTemp(name) {
		return false
	}
	switch d.writer(markOf(name)) {
	case writerLives:
		return false
	case writerEnded:
		return true
	}
	last := have.Ctime
	if have.Mtime.Sec > last.Sec {
		last = have.Mtime
	}
	return time.Since(last.Std()) > leftoverAge
}

// writer says what is known of the process that made a temporary file.
type writer uint8

const (
	writerUnknown writer = iota
	writerLives
	writerEnded
)
