package values

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// minSize is the least that a script can be bound to: less is soon needed by the engine beside it, which
// shares the heap.
const minSize = 1 << 20

// units of sizes, by what a text ends with.
var units = []struct {
	suffix string
	bytes  float64
}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}

// Size takes a number of bytes, or a text with K, M or G behind the number.
func Size(v glua.LValue) (int64, error) {
	size := math.NaN()
	switch v := v.(type) {
	case glua.LNumber:
		size = float64(v)
	case glua.LString:
		size = parseSize(string(v))
	}
	if !(size >= minSize && size <= 1<<50) {
		return 0, fmt.Errorf("must be a size of at least 1M, not %s", Describe(v))
	}
	return int64(size), nil
}

func parseSize(text string) float64 {
	for _, u := range units {
		digits, found := strings.CutSuffix(strings.ToUpper(text), u.suffix)
		if !found {
			continue
		}
		if n, err := strconv.ParseUint(digits, 10, 40); err == nil {
			return float64(n) * u.bytes
		}
		break
	}
	return math.NaN()
}

// SizeText writes a size as a config does.
func SizeText(bytes int64) string {
	for _, u := range units {
		if n := int64(u.bytes); bytes%n == 0 {
			return strconv.FormatInt(bytes/n, 10) + u.suffix
		}
	}
	return ""
}
