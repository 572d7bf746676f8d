package transfer

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"sync/atomic"
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

// isTemp tells whether name has the form that tempName gives.
func isTemp(name string) bool {
	at := strings.LastIndex(name, tempMark)
	if at < 2 || name[0] != '.' {
		return false
	}
	id := name[at+len(tempMark):]
	return len(id) == 16 && strings.Trim(id, "0123456789abcdef") == ""
}

// leftover tells whether name is a temporary file that nobody writes any more.
func leftover(name string) bool {
	return isTemp(name) && name[len(name)-16:len(name)-8] != tempProcess
}
