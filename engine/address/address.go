// Package address reads the text of a target as rsync does: a directory of this machine, one of a host, or a module of an
// rsync daemon.
package address

import "strings"

// Address says where a target is. Exactly one of Dir, Host and Daemon is set, or none.
type Address struct {
	Dir    string // on this machine
	Host   string // over a remote shell, with the user before an @ if one is named; an IPv6 address without its brackets
	Path   string // on Host; a relative one begins at home, "" is home
	Daemon string // host::module or rsync://, the whole text
}

// Parse reads a target. A text is no path of this machine if a colon comes before its first slash (rsync(1), GENERAL), so a
// file system's "c:/x" is "./c:/x" to name it. It does not look whether anything is there.
func Parse(text string) Address {
	colon := strings.IndexByte(text, ':')
	if open := strings.IndexByte(text, '['); open >= 0 && open < colon { // user@[address of IPv6]:path
		if end := strings.Index(text, "]:"); end > open && !strings.Contains(text[:open], "/") {
			return remote(text, text[:open]+text[open+1:end], text[end+2:])
		}
	}
	switch {
	case text == "":
		return Address{}
	case colon < 0 || strings.Contains(text[:colon], "/"):
		return Address{Dir: text}
	}
	return remote(text, text[:colon], text[colon+1:])
}

func remote(text, host, rest string) Address {
	if strings.HasPrefix(rest, ":") || strings.HasPrefix(text, "rsync://") {
		return Address{Daemon: text}
	}
	return Address{Host: host, Path: strings.TrimPrefix(rest, "~/")}
}

// Local reports whether text names a directory of this machine.
func Local(text string) bool { return Parse(text).Dir != "" }

// Remote reports whether text names something that another host has.
func Remote(text string) bool { a := Parse(text); return a.Host != "" || a.Daemon != "" }
