package lua53

import (
	"fmt"
	"math"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// osDate is os.date(format, time).
func osDate(L *glua.LState) int {
	format := optString(L, 1, "%c")
	now := time.Now()
	if L.Get(2) != glua.LNil {
		now = time.Unix(checkInt64(L, 2), 0)
	}
	format, utc := strings.CutPrefix(format, "!")
	if utc {
		now = now.UTC()
	}
	if year := now.Year(); year > math.MaxInt32 || year < math.MinInt32 {
		L.RaiseError("time result cannot be represented in this installation")
	}
	if strings.HasPrefix(format, "*t") {
		t := L.NewTable()
		setTime(t, now)
		return push(L, t)
	}
	text, bad := strftime(L, now, format)
	if bad != "" {
		argError(L, 1, "invalid conversion specifier '%s'", bad)
	}
	return push(L, glua.LString(text))
}

func setTime(t *glua.LTable, at time.Time) {
	for name, v := range map[string]int{
		"year": at.Year(), "month": int(at.Month()), "day": at.Day(), "hour": at.Hour(), "min": at.Minute(),
		"sec": at.Second(), "wday": int(at.Weekday()) + 1, "yday": at.YearDay(),
	} {
		t.RawSetString(name, glua.LNumber(v))
	}
	t.RawSetString("isdst", glua.LBool(at.IsDST()))
}

// strftime formats as C99 does in the C locale. bad is the first directive that C99 does not know.
func strftime(L *glua.LState, t time.Time, format string) (text, bad string) {
	b := newBuilder(L)
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.addByte(format[i])
			continue
		}
		start := i
		i++
		if i+1 < len(format) && isAlternative(format[i:i+2]) {
			i++ // other digits or eras, which the C locale lacks
		}
		if i >= len(format) || !conversion(b, t, format[i]) {
			return "", format[start:min(i+1, len(format))]
		}
	}
	return b.String(), ""
}

func isAlternative(s string) bool {
	switch s[0] {
	case 'E':
		return strings.IndexByte("cCxXyY", s[1]) >= 0
	case 'O':
		return strings.IndexByte("deHImMSuUVwWy", s[1]) >= 0
	}
	return false
}

// layouts are the conversions that package time can do.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02",
	'D': "01/02/06", 'e': "_2", 'F': "2006-01-02", 'h': "Jan", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04",
	'p': "PM", 'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05",
	'y': "06", 'Y': "2006", 'z': "-0700",
}

func conversion(b *builder, t time.Time, c byte) bool {
	if layout, ok := layouts[c]; ok {
		b.add(t.Format(layout))
		return true
	}
	weekday := int(t.Weekday())
	isoYear, isoWeek := t.ISOWeek()
	switch c {
	case '%':
		b.addByte('%')
	case 'C':
		fmt.Fprintf(b, "%02d", t.Year()/100)
	case 'g':
		fmt.Fprintf(b, "%02d", isoYear%100)
	case 'G':
		fmt.Fprintf(b, "%d", isoYear)
	case 'n':
		b.addByte('\n')
	case 't':
		b.addByte('\t')
	case 'u':
		fmt.Fprintf(b, "%d", (weekday+6)%7+1)
	case 'U':
		fmt.Fprintf(b, "%02d", (t.YearDay()+6-weekday)/7)
	case 'V':
		fmt.Fprintf(b, "%02d", isoWeek)
	case 'w':
		fmt.Fprintf(b, "%d", weekday)
	case 'W':
		fmt.Fprintf(b, "%02d", (t.YearDay()+6-(weekday+6)%7)/7)
	case 'Z':
		b.add(zone(t))
	default:
		return false
	}
	return true
}

func zone(t time.Time) string {
	if t.Location() == time.UTC {
		return "GMT" // what gmtime of glibc calls it
	}
	name, _ := t.Zone()
	return name
}

// osTime is os.time, with a table of local time or without.
func osTime(L *glua.LState) int {
	if L.Get(1) == glua.LNil {
		return push(L, glua.LNumber(time.Now().Unix()))
	}
	t := checkTable(L, 1)
	day, month, year := timeField(L, t, "day", -1), timeField(L, t, "month", -1), timeField(L, t, "year", -1)
	hour, minute, second := timeField(L, t, "hour", 12), timeField(L, t, "min", 0), timeField(L, t, "sec", 0)
	at := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.Local)
	if want, ok := L.GetField(t, "isdst").(glua.LBool); ok {
		at = at.Add(dstShift(at, bool(want)))
	}
	setTime(t, at)
	return push(L, glua.LNumber(at.Unix()))
}

// timeField reads a field of the date table; absent is its value if it is missing, or -1 if it must be there.
func timeField(L *glua.LState, t *glua.LTable, name string, absent int) int {
	v := L.GetField(t, name)
	if v == glua.LNil {
		if absent < 0 {
			L.RaiseError("field '%s' missing in date table", name)
		}
		return absent
	}
	f, ok := toNumber(v)
	switch {
	case !ok || !isInteger(f):
		L.RaiseError("field '%s' is not an integer", name)
	case f > 1<<31 || f < -(1<<31):
		L.RaiseError("field '%s' is out-of-bound", name)
	}
	return int(f)
}

// dstShift is what to add to a local time that was meant with (want) or without daylight saving time but lies in the
// other part of the year: the difference that its zone makes between the two, 0 if it has but one.
func dstShift(at time.Time, want bool) time.Duration {
	if at.IsDST() == want {
		return 0
	}
	_, have := at.Zone()
	for months := 1; months <= 12; months++ {
		other := at.AddDate(0, months, 0)
		if other.IsDST() == want {
			_, meant := other.Zone()
			return time.Duration(have-meant) * time.Second
		}
	}
	return 0
}
