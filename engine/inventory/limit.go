package inventory

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Limit is how much of what a source is known to have may be lost within Window.
// A nil Limit sets none.
type Limit struct {
	percent float64 // of what is known; 0: entries counts
	entries int
}

// Percent returns a limit relative to what is known. p is more than 0 and at most 100.
func Percent(p float64) (*Limit, error) {
	if !(p > 0 && p <= 100) {
		return nil, fmt.Errorf("%v%% is not more than 0%% and at most 100%%", p)
	}
	return &Limit{percent: p}, nil
}

// Entries returns a limit of n entries, 0 or more.
func Entries(n int) *Limit { return &Limit{entries: n} }

// ParsePercent reads a limit like "50%".
func ParsePercent(s string) (*Limit, error) {
	number, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	p, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !ok || err != nil {
		return nil, fmt.Errorf("%q is not a part like \"50%%\"", s)
	}
	return Percent(p)
}

// Of returns how many of known entries may be lost.
func (l *Limit) Of(known int) int {
	if l.percent == 0 {
		return l.entries
	}
	return int(math.Floor(float64(known) * l.percent / 100))
}

// String returns the limit as a config has it, "" for nil.
func (l *Limit) String() string {
	switch {
	case l == nil:
		return ""
	case l.percent > 0:
		return strconv.FormatFloat(l.percent, 'f', -1, 64) + "%"
	}
	return strconv.Itoa(l.entries)
}
