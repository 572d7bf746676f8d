package values

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// CountsAs is the error about a value that Lsyncd takes although another one should be written: it is taken here, too, with a
// warning. A config that has worked for years must not keep the daemon from its start.
type CountsAs struct {
	Given glua.LValue
	Value glua.LValue // what it counts as; nil: as not set
}

func (m *CountsAs) Error() string {
	if m.Value == glua.LNil {
		return Describe(m.Given) + " counts as not set"
	}
	return fmt.Sprintf("%s counts as %s", Describe(m.Given), Describe(m.Value))
}

// Advice says what to write for key, which may be in a table like rsync.archive, instead.
func (m *CountsAs) Advice(key string) string {
	key = key[strings.LastIndexByte(key, '.')+1:]
	switch {
	case m.Value == glua.LNil:
		return "remove it"
	case m.Value == glua.LTrue && m.Given.Type() == glua.LTString:
		return fmt.Sprintf("write %s = true, or %s = false: to Lua every text is true", key, key)
	}
	return fmt.Sprintf("write %s = %s", key, Describe(m.Value))
}

// TakenAs returns v, or what it counts as, and whether it is taken: err is nil or *CountsAs.
func TakenAs(v glua.LValue, err error) (taken glua.LValue, m *CountsAs, ok bool) {
	if errors.As(err, &m) {
		return m.Value, m, true
	}
	return v, nil, err == nil
}

// Truth takes true and false. Numbers and texts are true, as they are to Lua; tables and functions cannot be meant.
func Truth(v glua.LValue) (bool, error) {
	switch v := v.(type) {
	case glua.LBool:
		return bool(v), nil
	case glua.LNumber, glua.LString:
		return true, &CountsAs{v, glua.LTrue}
	}
	return false, fmt.Errorf("must be true or false, not %s", Describe(v))
}

// Whole takes a whole number of at least 1. Lsyncd compares a count with what it is given, so that a fraction is the
// whole number above it.
func Whole(v glua.LValue) (int, error) {
	f, err := numeric(v, func(f float64) float64 { return min(max(math.Ceil(f), 1), math.MaxInt32) })
	if err != nil && !IsCountsAs(err) {
		return 0, fmt.Errorf("must be a whole number of at least 1, not %s", Describe(v))
	}
	return int(f), err
}

// Seconds takes a number of seconds, at most some years.
func Seconds(v glua.LValue) (time.Duration, error) {
	f, err := numeric(v, func(f float64) float64 { return min(max(f, 0), math.MaxInt32) })
	if err != nil && !IsCountsAs(err) {
		return 0, fmt.Errorf("must be a number of seconds, 0 or more, not %s", Describe(v))
	}
	return time.Duration(f * float64(time.Second)), err
}

// IsCountsAs reports whether err only says what a value counts as.
func IsCountsAs(err error) bool {
	var m *CountsAs
	return errors.As(err, &m)
}

var errNoNumber = errors.New("is no number")

// numeric takes a number, or a text that is one, and brings it into the range of fit.
func numeric(v glua.LValue, fit func(float64) float64) (float64, error) {
	f := math.NaN()
	switch v := v.(type) {
	case glua.LNumber:
		f = float64(v)
	case glua.LString:
		if n, err := strconv.ParseFloat(string(v), 64); err == nil && !math.IsInf(n, 0) {
			f = n
		}
	}
	if math.IsNaN(f) {
		return 0, errNoNumber
	}
	fitting := fit(f)
	if v != glua.LNumber(fitting) {
		return fitting, &CountsAs{v, glua.LNumber(fitting)}
	}
	return fitting, nil
}
