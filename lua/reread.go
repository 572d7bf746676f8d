package lua

import (
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// maxReread is how much of a script is read again, in bytes: as much as is compiled of one.
const maxReread = 16 << 20

// Reread reads a script again, for messages about its lines. It may have become anything since it was run: only a
// regular file can be read twice, and without waiting.
func (r *Runtime) Reread(file string) ([]byte, error) {
	path := r.Anchored(file)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "read", Path: path, Err: os.ErrInvalid}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxReread))
}

// indexed is the message about an index of what is no table.
var indexed = regexp.MustCompile(`^attempt to index a (\w+) value \(key '([^']*)'\)$`)

// naming adds to a message which expression of its line was indexed, which the interpreter does not know.
func (r *Runtime) naming(place, message string) string {
	m := indexed.FindStringSubmatch(message)
	file, line := SplitPlace(place)
	if m == nil || line == 0 || Embedded(place) {
		return message
	}
	source, err := r.Reread(file)
	lines := strings.Split(string(source), "\n")
	if err != nil || line > len(lines) {
		return message
	}
	key := regexp.QuoteMeta(m[2])
	of := regexp.MustCompile(`([A-Za-z_][\w.]*)\s*(?:[.:]\s*` + key + `\b|\[\s*["']?` + key + `["']?\s*\])`)
	found := of.FindAllStringSubmatch(lines[line-1], -1)
	if len(found) == 0 {
		return message
	}
	for _, f := range found[1:] {
		if f[1] != found[0][1] {
			return message // one of several
		}
	}
	return message + ": " + found[0][1] + " is " + m[1]
}

// SplitPlace parts "file:line"; the line is 0 if there is none.
func SplitPlace(place string) (file string, line int) {
	if i := strings.LastIndexByte(place, ':'); i > 0 {
		if n, err := strconv.Atoi(place[i+1:]); err == nil {
			return place[:i], n
		}
	}
	return place, 0
}
