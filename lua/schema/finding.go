package schema

import (
	"fmt"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/values"
)

// Finding is one fault of a table, or one warning about it.
type Finding struct {
	Key     string // with the tables around it: "rsync.archive"; that of a table alone if the finding is about an entry without a key
	Remedy  string // what to do about it; may be empty
	Warning bool   // the value is taken

	unknown string // what a key is called, if nobody knows this one
	barred  bool   // a preset below has it, and this one does not
	says    string // what follows the key in the text
}

// Text says what is wrong, beginning with the key. The table that was read is called self if no key names it.
func (f Finding) Text(self string) string {
	switch {
	case f.unknown != "":
		return "unknown " + f.unknown + " " + strconv.Quote(f.Key)
	case f.barred:
		return "parameter " + strconv.Quote(f.Key) + " cannot be used with this preset"
	case f.Key == "":
		return self + f.says
	}
	return f.Key + f.says
}

// Findings are all faults and warnings of a table. As an error they are those of a table in another.
type Findings []Finding

// Error returns one line for each.
func (fs Findings) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Text("it")
	}
	return strings.Join(lines, "\n")
}

// Faulty reports whether more than warnings were found.
func (fs Findings) Faulty() bool {
	for _, f := range fs {
		if !f.Warning {
			return true
		}
	}
	return false
}

// in names the key of the table that was read.
func (fs Findings) in(key string) {
	for i := range fs {
		fs[i].Key = strings.TrimSuffix(key+"."+fs[i].Key, ".")
	}
}

// keyless is the finding about an entry without a key, with what was probably meant.
func keyless(v glua.LValue) Finding {
	f := Finding{says: fmt.Sprintf(" holds %s without a key", values.Describe(v)), Remedy: "write key = value"}
	if text, ok := v.(glua.LString); ok && strings.HasPrefix(string(text), "default.") {
		f.Remedy = fmt.Sprintf("write %s, without quotes", string(text))
	} else if v.Type() == glua.LTBool {
		f.Remedy = "write key = value; with two equals signs it is a comparison"
	}
	return f
}
