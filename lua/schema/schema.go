// Package schema reads the tables of a config. A Table says which keys there are, which values they take and
// where these go; what a config has otherwise becomes a Finding, with what to do about it. A Gauge is the
// same said in Lua, by a preset or a config, in its checkgauge.
//
// Values that Lsyncd takes although another one should be written are taken as what they count as, with a warning:
// see Meant.
package schema

import (
	"cmp"
	"errors"
	"slices"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/values"
)

// Table are the keys that a table of a config may have, for values that go to an S.
type Table[S any] struct {
	Noun string // what a key is called in messages; "" for "parameter"
	Keys []Key[S]
}

// Key is one key of a table.
type Key[S any] struct {
	Name     string
	Value    Value[S]
	Required bool
	Default  string // what counts if the key is not there, as a config would write it; "" for nothing
	Example  string // a value, as a config would write it
	Since    string // the version of lsyncgo that brought the key; "" if Lsyncd has it
	Doc      string // one line, for users
}

// Value says what a key may be set to, and where that goes.
type Value[S any] struct {
	Wants string // in words: "a number of seconds, 0 or more"
	take  func(v glua.LValue, to *S) error
}

// To has values of a kind go to a field.
func To[S, T any](kind Kind[T], field func(*S) *T) Value[S] {
	return Value[S]{kind.Wants, func(v glua.LValue, to *S) error {
		read, err := kind.Read(v)
		if Taken(err) {
			*field(to) = read
		}
		return err
	}}
}

// Checked has values of a kind stay where they are: nothing but the table itself keeps them.
func Checked[S, T any](kind Kind[T]) Value[S] {
	return Value[S]{kind.Wants, func(v glua.LValue, _ *S) error {
		_, err := kind.Read(v)
		return err
	}}
}

// Names returns the names of all keys, sorted.
func (t *Table[S]) Names() []string {
	names := make([]string, len(t.Keys))
	for i := range t.Keys {
		names[i] = t.Keys[i].Name
	}
	slices.Sort(names)
	return names
}

// Key returns the key of that name, nil if there is none.
func (t *Table[S]) Key(name string) *Key[S] {
	for i := range t.Keys {
		if t.Keys[i].Name == name {
			return &t.Keys[i]
		}
	}
	return nil
}

// Take puts the value of one key where it goes. It returns what v counts as, nil if it cannot be taken, and
// what is to be said about it.
func (t *Table[S]) Take(name string, v glua.LValue, to *S) (glua.LValue, Findings) {
	key := t.Key(name)
	if key == nil {
		return nil, Findings{{Key: name, unknown: cmp.Or(t.Noun, "parameter"), Remedy: values.RemedyFor(name, t.Names())}}
	}
	return judge(name, key.remedy(), v, key.Value.take(v, to))
}

// judge turns what a kind said of a value into what v counts as, nil if it cannot be taken, and findings.
func judge(name, remedy string, v glua.LValue, err error) (glua.LValue, Findings) {
	if err == nil {
		return v, nil
	}
	if m, ok := errors.AsType[*Meant](err); ok {
		return m.Value, Findings{{Key: name, says: ": " + m.Error(), Remedy: m.Advice(name), Warning: true}}
	}
	if within, ok := errors.AsType[Findings](err); ok {
		if within.in(name); within.Faulty() {
			v = nil
		}
		return v, within
	}
	return nil, Findings{{Key: name, says: " " + err.Error(), Remedy: remedy}}
}

// Read takes in a table of a config, with values put in it for those that count as them. Keys that are required and
// missing, unknown or without a name are faults.
func (t *Table[S]) Read(given *glua.LTable, to *S) (found Findings) {
	for _, k := range values.SortedKeys(given) {
		v := given.RawGet(k)
		name, isName := k.(glua.LString)
		switch {
		case v == glua.LNil: // a key that was removed again
		case !isName:
			found = append(found, keyless(v))
		default:
			taken, more := t.Take(string(name), v, to)
			found = append(found, more...)
			if taken != nil && taken != v {
				given.RawSet(k, taken)
			}
		}
	}
	for i := range t.Keys {
		if key := &t.Keys[i]; key.Required && given.RawGetString(key.Name) == glua.LNil {
			found = append(found, Finding{Key: key.Name, says: " is missing", Remedy: key.remedy()})
		}
	}
	return found
}

func (k *Key[S]) remedy() string {
	if k.Example == "" {
		return ""
	}
	return "write " + k.Name + " = " + k.Example
}

// Within is the kind of a table in a table. Values that count as others are put in it.
func Within[S any](wants string, t *Table[S]) Kind[S] {
	return Kind[S]{Wants: wants, read: func(v glua.LValue) (to S, err error) {
		table, ok := v.(*glua.LTable)
		if !ok {
			return to, ErrUnfit
		}
		if found := t.Read(table, &to); len(found) > 0 {
			return to, found
		}
		return to, nil
	}}
}
