package root

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Identity says which directory a path meant at some time, so that it is known again. An inode number alone
// does not: file systems give it to the next directory as soon as one is removed, and the root of every ext4
// or tmpfs has the same one. A field that the system does not tell is zero.
type Identity struct {
	Device uint64 // changes when a disk is plugged in again
	Inode  uint64
	// Generation is what the file system tells an NFS server to find the inode again, with its type: the
	// inode's number and the count or random number that tells it from the one that had the number before.
	Generation string
	Birth      Time   // when the inode was made
	FileSystem uint64 // a number of the file system itself, not of the device it is on
	// Mount is the unique number of the mount. No other one gets it until the next boot, so
	// it tells that something changed while we run, and nothing else.
	Mount uint64
	// Fleeting: the file system keeps no inode numbers, and makes them up as long as an inode is in memory.
	Fleeting bool
}

// Time is a moment as file systems keep it.
type Time struct {
	Sec  int64
	Nsec uint32
}

// Verdict is what two looks at a path tell.
type Verdict uint8

const (
	// Same: it is the directory that it was, whether it was away or not.
	Same Verdict = iota
	// Different: it is another one.
	Different
	// Unproven: it may be either.
	Unproven
)

var verdictNames = [...]string{"same", "different", "unproven"}

func (v Verdict) String() string { return verdictNames[v] }

// Zero reports whether nothing is known.
func (id Identity) Zero() bool { return id == Identity{} }

// Compare tells whether a directory that may have been away is the one that it was. What one side lacks is left out.
func (id Identity) Compare(now Identity) Verdict {
	differ := func(a, b uint64) bool { return a != 0 && b != 0 && a != b }
	fleeting := id.Fleeting || now.Fleeting
	born := id.Birth != Time{} && now.Birth != Time{}
	counted := id.Generation != "" && now.Generation != "" && !fleeting
	switch {
	case differ(id.FileSystem, now.FileSystem),
		!fleeting && id.Inode != now.Inode,
		counted && id.Generation != now.Generation,
		born && id.Birth != now.Birth:
		return Different
	case fleeting && id.Inode != now.Inode, !born && !counted:
		return Unproven
	}
	return Same
}

// Still reports whether a directory that was held open, watched or mounted all the time is the one that it
// was: then its device and inode number were its own.
func (id Identity) Still(now Identity) bool {
	return id.Device == now.Device && id.Inode == now.Inode && id.Compare(now) != Different
}

// Remounted reports whether the two were seen on different mounts.
func (id Identity) Remounted(now Identity) bool {
	if id.Mount != 0 && now.Mount != 0 {
		return id.Mount != now.Mount
	}
	return id.Device != now.Device
}

// String is the text that Parse reads, on one line.
func (id Identity) String() string {
	var b strings.Builder
	field := func(key string, text string, present bool) {
		if present {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(key + "=" + text)
		}
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 16) }
	field("dev", number(id.Device), id.Device != 0)
	field("ino", number(id.Inode), id.Inode != 0)
	field("gen", hex.EncodeToString([]byte(id.Generation)), id.Generation != "")
	field("born", fmt.Sprintf("%d.%09d", id.Birth.Sec, id.Birth.Nsec), id.Birth != Time{})
	field("fs", number(id.FileSystem), id.FileSystem != 0)
	field("mnt", number(id.Mount), id.Mount != 0)
	field("fleeting", "1", id.Fleeting)
	return b.String()
}

// Parse reads what String wrote. Fields of later versions are left out.
func Parse(text string) (id Identity, err error) {
	for _, f := range strings.Fields(text) {
		key, value, ok := strings.Cut(f, "=")
		if !ok {
			return Identity{}, fmt.Errorf("identity %q: %q is no field", text, f)
		}
		switch key {
		case "dev":
			id.Device, err = strconv.ParseUint(value, 16, 64)
		case "ino":
			id.Inode, err = strconv.ParseUint(value, 16, 64)
		case "gen":
			var raw []byte
			raw, err = hex.DecodeString(value)
			id.Generation = string(raw)
		case "born":
			id.Birth, err = parseTime(value)
		case "fs":
			id.FileSystem, err = strconv.ParseUint(value, 16, 64)
		case "mnt":
			id.Mount, err = strconv.ParseUint(value, 16, 64)
		case "fleeting":
			id.Fleeting, err = strconv.ParseBool(value)
		}
		if err != nil {
			return Identity{}, fmt.Errorf("identity %q: field %s: %w", text, key, err)
		}
	}
	return id, nil
}

func parseTime(text string) (Time, error) {
	sec, nsec, _ := strings.Cut(text, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	if err != nil {
		return Time{}, err
	}
	n, err := strconv.ParseUint(nsec, 10, 32)
	return Time{s, uint32(n)}, err
}

// MarshalText returns String.
func (id Identity) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is Parse.
func (id *Identity) UnmarshalText(text []byte) (err error) {
	*id, err = Parse(string(text))
	return err
}
