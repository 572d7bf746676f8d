package schema

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	glua "github.com/yuin/gopher-lua"
)

// Kinds of values that become arguments of rsync and ssh, which would end with an error at each start. They may be numbers, or the
// same as text.

// argument takes what has a spelling that another program understands: no 0/0 and no 1/0.
var argument = Custom("a string or a number", func(v glua.LValue) (string, error) {
	switch v := v.(type) {
	case glua.LString:
		return string(v), nil
	case glua.LNumber:
		if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return v.String(), nil
		}
	}
	return "", ErrUnfit
})

// spelt takes an argument whose text is right.
func spelt(wants string, right func(text string) bool) Kind[string] {
	return Custom(wants, func(v glua.LValue) (string, error) {
		text, err := argument.read(v)
		if err == nil && !right(text) {
			err = ErrUnfit
		}
		return text, err
	})
}

// whole takes a whole number.
var whole = spelt("a whole number", func(text string) bool {
	_, err := strconv.ParseInt(strings.TrimLeft(text, " "), 10, 32)
	return err == nil
})

// port takes the number of a port, or a text with a variable of a tunnel in it.
var port = spelt("the number of a port, 1 to 65535", func(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0 || strings.HasPrefix(text, "^")
})

// rates are what rsync takes for --bwlimit: 1000, "1.5m", "100K", "2MB+1".
var rates = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?:\d+\.?\d*|\.\d+)(?i:b|[kmgtp](?:b|ib)?)?(?:[+-]1)?)?$`)
})

var rate = spelt(`a number of KiB in a second, or one with a unit, "1.5m"`, func(text string) bool { return rates().MatchString(text) })
