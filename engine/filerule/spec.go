package filerule

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Action is what a rule does with a path.
type Action string

const (
	Move   Action = "move"
	Copy   Action = "copy"
	Delete Action = "delete"
)

// Spec is a rule as a config has it.
type Spec struct {
	Action string
	// SrcRe has to match at the start of a path. DstRe is what each match in the path is replaced by.
	SrcRe, DstRe string
	AutoCreate   bool // missing directories of the destination are made
	Overwrite    bool // what has the destination's name is replaced
	Rec          bool // a directory is deleted with what is in it
	// FileMode and DirMode are nil or a string of octal digits. A number is an error, which says the string.
	FileMode, DirMode any
	// User and Group are nil, a name, or a number.
	User, Group any
}

// IDs finds the numbers of users and groups.
type IDs struct {
	User, Group func(name string) (uint32, error)
}

// Error says what is wrong with one field of one rule.
type Error struct {
	Rule  int    // from 1
	Field string // its name in a config, such as "src_re"
	Err   error
}

func (e Error) Error() string { return fmt.Sprintf("rule %d: %s: %v", e.Rule, e.Field, e.Err) }

// Unwrap returns the reason.
func (e Error) Unwrap() error { return e.Err }

// Mode is a mode to set, or none.
type Mode struct {
	Given bool
	Perm  uint32 // permission bits with setuid, setgid and sticky
}

// Owner is a user's or group's number to set, or none.
type Owner struct {
	Given bool
	ID    uint32
}

// Compile makes rules of what a config has. If there are errors there are no rules.
func Compile(specs []Spec, ids IDs) (*Rules, []Error) {
	out := &Rules{}
	var errs []Error
	for i, s := range specs {
		c := compiler{number: i + 1}
		out.list = append(out.list, c.rule(s, ids))
		errs = append(errs, c.errs...)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return out, nil
}

// compiler makes one rule, and gathers what is wrong with it.
type compiler struct {
	number int
	errs   []Error
}

func (c *compiler) wrong(field string, err error) {
	if err != nil {
		c.errs = append(c.errs, Error{c.number, field, err})
	}
}

func (c *compiler) rule(s Spec, ids IDs) *rule {
	r := &rule{number: c.number, action: Action(s.Action), autoCreate: s.AutoCreate, overwrite: s.Overwrite, rec: s.Rec}
	switch r.action {
	case Move, Copy, Delete:
	case "":
		c.wrong("action", errors.New(`is missing; write "move", "copy" or "delete"`))
	default:
		c.wrong("action", fmt.Errorf(`%q is none of "move", "copy" and "delete"`, s.Action))
	}
	var err error
	if s.SrcRe == "" {
		c.wrong("src_re", errors.New("is missing; write the regular expression that paths have to match"))
	} else if r.source, err = compilePattern(s.SrcRe); err != nil {
		c.wrong("src_re", err)
	} else {
		r.sourceTree = directory(literalPrefix(s.SrcRe))
	}
	c.destination(r, s)
	r.fileMode, err = modeOf(s.FileMode)
	c.wrong("filemode", err)
	r.dirMode, err = modeOf(s.DirMode)
	c.wrong("dirmode", err)
	r.user, err = ownerOf(s.User, ids.User)
	c.wrong("user", err)
	r.group, err = ownerOf(s.Group, ids.Group)
	c.wrong("group", err)
	return r
}

func (c *compiler) destination(r *rule, s Spec) {
	switch {
	case r.action == Delete:
		if s.DstRe != "" {
			c.wrong("dst_re", errors.New(`"delete" has no destination; remove it`))
		}
		return
	case s.DstRe == "":
		c.wrong("dst_re", errors.New("is missing; write where files are to go"))
		return
	case r.source == nil:
		return // whose groups are not known
	}
	t, err := parseTemplate(s.DstRe, r.source)
	if err != nil {
		c.wrong("dst_re", err)
		return
	}
	r.dest = t
	literal := t.prefix()
	if literal != "" && literal[0] != '/' {
		c.wrong("dst_re", fmt.Errorf("%q is no absolute path", s.DstRe))
	}
	r.destTree = directory(literal)
	if up := t.upward(len(r.destTree)); up != "" {
		c.wrong("dst_re", fmt.Errorf("%q has a %q behind what comes from names, which is refused each time; write the path without it", s.DstRe, up))
	}
}

// directory is the directory that the literal beginning of a path tells.
func directory(literal string) string {
	at := strings.LastIndexByte(literal, '/')
	if at <= 0 || literal[0] != '/' {
		return "/"
	}
	return literal[:at]
}

func modeOf(v any) (Mode, error) {
	switch v := v.(type) {
	case nil:
		return Mode{}, nil
	case string:
		n, err := strconv.ParseUint(v, 8, 32)
		if err != nil || n > 0o7777 {
			return Mode{}, fmt.Errorf(`%q is no mode; write octal digits, such as "0644"`, v)
		}
		return Mode{true, uint32(n)}, nil
	case float64:
		return Mode{}, fmt.Errorf("%s is a number; write the octal digits as a string: %s", strconv.FormatFloat(v, 'g', -1, 64), modeHint(v))
	}
	return Mode{}, fmt.Errorf(`a %T is no mode; write octal digits as a string, such as "0644"`, v)
}

// modeHint is the string that a number should have been. Lua knows no octal numbers: 0644 is 644 to it, and 420 may be what
// a program in another language has printed for it.
func modeHint(v float64) string {
	n := int64(v)
	if float64(n) != v || n < 0 {
		return `"0644"`
	}
	digits := strconv.FormatInt(n, 10)
	if m, err := strconv.ParseUint(digits, 8, 32); err == nil && m <= 0o7777 {
		return fmt.Sprintf(`"%04s"`, digits)
	}
	if n <= 0o7777 {
		return fmt.Sprintf(`"%04o"`, n)
	}
	return `"0644"`
}

func ownerOf(v any, find func(string) (uint32, error)) (Owner, error) {
	switch v := v.(type) {
	case nil:
		return Owner{}, nil
	case float64:
		// The last number is what chown takes for "as it is".
		if n := uint32(v); v >= 0 && v < math.MaxUint32 && float64(n) == v {
			return Owner{true, n}, nil
		}
		return Owner{}, fmt.Errorf("%s is no number of a user or group", strconv.FormatFloat(v, 'g', -1, 64))
	case string:
		id, err := find(v)
		if err == nil {
			return Owner{true, id}, nil
		}
		if n, perr := strconv.ParseUint(v, 10, 32); perr == nil && n < math.MaxUint32 {
			return Owner{true, uint32(n)}, nil
		}
		return Owner{}, err
	}
	return Owner{}, fmt.Errorf("a %T is no user or group; write its name or number", v)
}
