package schema

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/values"
)

// Kind reads values of one kind.
type Kind[T any] struct {
	Wants   string   // in words, after "must be"
	Choices []string // the texts that are taken, if there are but a few
	read    func(glua.LValue) (T, error)
}

// ErrUnfit is what a kind of one's own returns for a value that it does not take: Read has the words for it.
var ErrUnfit = errors.New("is something else")

// Read returns what a value stands for. The error is *Meant if the value only counts as one that it takes, Findings about
// entries of a table, or says what v must be.
func (k Kind[T]) Read(v glua.LValue) (T, error) {
	to, err := k.read(v)
	if errors.Is(err, ErrUnfit) {
		err = fmt.Errorf("must be %s, not %s", k.Wants, values.Describe(v))
	}
	return to, err
}

// Flag takes true and false. Numbers and texts are true, as they are to Lua; tables and functions cannot be meant.
var Flag = Kind[bool]{Wants: "true or false", read: func(v glua.LValue) (bool, error) {
	switch v := v.(type) {
	case glua.LBool:
		return bool(v), nil
	case glua.LNumber, glua.LString:
		return true, &Meant{Given: v, Value: glua.LTrue}
	}
	return false, ErrUnfit
}}

// Text takes any text; an empty one is as none.
var Text = Kind[string]{Wants: "a string", read: func(v glua.LValue) (string, error) {
	s, ok := v.(glua.LString)
	switch {
	case !ok:
		return "", ErrUnfit
	case strings.IndexByte(string(s), 0) >= 0:
		return "", fmt.Errorf("must be a string without zero bytes, not %s", values.Describe(v))
	case s == "":
		return "", &Meant{Given: v, Value: glua.LNil}
	}
	return string(s), nil
}}

// Name takes a text that is not empty.
var Name = Kind[string]{Wants: "a string", read: func(v glua.LValue) (string, error) {
	if v == glua.LString("") {
		return "", ErrUnfit
	}
	return Text.read(v)
}}

// Deletes takes the values of the key `delete`. Lsyncd deletes nothing with one that it does not know, whatever Lua thinks of it.
var Deletes = Kind[glua.LValue]{Wants: `true, false, "startup" or "running"`, read: func(v glua.LValue) (glua.LValue, error) {
	switch {
	case v.Type() == glua.LTBool, v == glua.LString("startup"), v == glua.LString("running"):
		return v, nil
	case v.Type() == glua.LTString, v.Type() == glua.LTNumber:
		return glua.LFalse, &Meant{v, glua.LFalse, values.Describe(v) + " is no value of it: nothing is deleted at the target",
			`true, "startup", "running" or false`}
	}
	return v, ErrUnfit
}}

// Options takes a list of options for a program, which may be empty. A text in its place has never counted.
var Options = Kind[[]string]{Wants: "a list of strings", read: func(v glua.LValue) ([]string, error) {
	switch v := v.(type) {
	case *glua.LTable:
		return wordsIn(v)
	case glua.LBool:
		if !v {
			return nil, nil
		}
	case glua.LString:
		m := &Meant{Given: v, Value: glua.LNil, as: "the text " + values.Describe(v) + " is ignored, as by Lsyncd"}
		if strings.TrimSpace(string(v)) != "" {
			m.write = "{ " + values.Describe(v) + " }"
		}
		return nil, m
	}
	return nil, ErrUnfit
}}

// Bytes takes a number of bytes of at least 0, in numbers only.
var Bytes = Kind[int64]{Wants: "a number of bytes", read: func(v glua.LValue) (int64, error) {
	if v.Type() != glua.LTNumber {
		return 0, ErrUnfit
	}
	f, err := number(v, func(f float64) float64 { return max(f, 0) })
	return int64(min(f, 1<<62)), err
}}

// Count takes a whole number of at least 1. Lsyncd compares a count with what it is given, so that a fraction is the
// whole number above it.
var Count = Kind[int]{Wants: "a whole number of at least 1", read: func(v glua.LValue) (int, error) {
	f, err := number(v, func(f float64) float64 { return min(max(math.Ceil(f), 1), math.MaxInt32) })
	return int(f), err
}}

// Seconds takes a number of seconds, at most some years.
var Seconds = Kind[time.Duration]{Wants: "a number of seconds, 0 or more", read: func(v glua.LValue) (time.Duration, error) {
	f, err := number(v, func(f float64) float64 { return min(max(f, 0), math.MaxInt32) })
	return time.Duration(f * float64(time.Second)), err
}}

// Interval takes a number of seconds; without any it is one second.
var Interval = Kind[time.Duration]{Wants: Seconds.Wants, read: func(v glua.LValue) (time.Duration, error) {
	d, err := Seconds.read(v)
	if Taken(err) && d <= 0 {
		return time.Second, &Meant{Given: v, Value: glua.LNumber(1)}
	}
	return d, err
}}

// number takes a number, or a text that is one, and brings it into the range of fit.
func number(v glua.LValue, fit func(float64) float64) (float64, error) {
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
		return 0, ErrUnfit
	}
	fitting := fit(f)
	if v != glua.LNumber(fitting) {
		return fitting, &Meant{Given: v, Value: glua.LNumber(fitting)}
	}
	return fitting, nil
}

// minSize is the least size: less is soon needed by the engine beside what is bound to it, which shares the heap.
const minSize = 1 << 20

// units of sizes, by what a text ends with.
var units = []struct {
	suffix string
	bytes  float64
}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}

// Size takes a number of bytes, or a text with K, M or G behind the number; at least 1M.
var Size = Kind[int64]{Wants: "a size of at least 1M", read: func(v glua.LValue) (int64, error) {
	size := math.NaN()
	switch v := v.(type) {
	case glua.LNumber:
		size = float64(v)
	case glua.LString:
		size = parseSize(string(v))
	}
	if !(size >= minSize && size <= 1<<50) {
		return 0, ErrUnfit
	}
	return int64(size), nil
}}

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

// Choice takes one of a few texts.
func Choice(choices ...string) Kind[string] {
	return Kind[string]{Wants: oneOf(choices), Choices: choices, read: func(v glua.LValue) (string, error) {
		if s, ok := v.(glua.LString); ok && slices.Contains(choices, string(s)) {
			return string(s), nil
		}
		return "", ErrUnfit
	}}
}

// Or has a kind take false, too, for its zero value.
func Or[T any](kind Kind[T]) Kind[T] {
	wants := kind.Wants + " or false"
	if len(kind.Choices) > 1 {
		wants = strings.Replace(kind.Wants, " or ", ", ", 1) + " or false"
	}
	return Kind[T]{Wants: wants, Choices: kind.Choices, read: func(v glua.LValue) (zero T, err error) {
		if v == glua.LFalse {
			return zero, nil
		}
		return kind.read(v)
	}}
}

// Mapped makes something else of what a kind reads.
func Mapped[T, U any](kind Kind[T], to func(T) U) Kind[U] {
	return Kind[U]{Wants: kind.Wants, Choices: kind.Choices, read: func(v glua.LValue) (U, error) {
		t, err := kind.read(v)
		return to(t), err
	}}
}

// Custom is a kind of one's own. The error of read is ErrUnfit, or as that of Kind.Read.
func Custom[T any](wants string, read func(glua.LValue) (T, error)) Kind[T] {
	return Kind[T]{Wants: wants, read: read}
}

// OfType takes values of some of Lua's types.
func OfType(wants string, types ...glua.LValueType) Kind[glua.LValue] {
	return Kind[glua.LValue]{Wants: wants, read: func(v glua.LValue) (glua.LValue, error) {
		if !slices.Contains(types, v.Type()) {
			return v, ErrUnfit
		}
		return v, nil
	}}
}

// Words takes a program and its arguments.
var Words = Kind[[]string]{Wants: "a list of strings", read: func(v glua.LValue) ([]string, error) {
	if t, ok := v.(*glua.LTable); ok && t.Len() > 0 {
		return wordsIn(t)
	}
	return nil, ErrUnfit
}}

func wordsIn(t *glua.LTable) (words []string, err error) {
	for i := 1; i <= t.Len(); i++ {
		word := t.RawGetInt(i)
		if word.Type() != glua.LTString && word.Type() != glua.LTNumber {
			return nil, fmt.Errorf("must be a list of strings; it has [%d] = %s", i, values.Describe(word))
		}
		if strings.IndexByte(word.String(), 0) >= 0 {
			return nil, fmt.Errorf("must be a list of strings without zero bytes; it has [%d] = %s", i, values.Describe(word))
		}
		words = append(words, word.String())
	}
	return words, nil
}

// Texts takes a text or a list of them; numbers count as their texts.
var Texts = Kind[[]string]{Wants: "a string or a list of strings", read: func(v glua.LValue) (list []string, err error) {
	switch v := v.(type) {
	case glua.LString, glua.LNumber:
		return []string{v.String()}, nil
	case *glua.LTable:
		var found Findings
		for _, k := range values.SortedKeys(v) {
			entry := v.RawGet(k)
			_, isIndex := k.(glua.LNumber)
			switch {
			case entry == glua.LNil:
			case isIndex && entry.Type() == glua.LTString:
				list = append(list, entry.String())
			case isIndex && entry.Type() == glua.LTNumber:
				found = append(found, Finding{Warning: true, says: fmt.Sprintf(": %s counts as %q", entry, entry), Remedy: fmt.Sprintf("write %q", entry)})
				list = append(list, entry.String())
			default:
				found = append(found, Finding{says: fmt.Sprintf(" must be a list of strings; it has %s = %s", values.KeyText(k), values.Describe(entry)),
					Remedy: `write a list of strings, { "...", "..." }`})
			}
		}
		if len(found) > 0 {
			err = found
		}
		return list, err
	}
	return nil, ErrUnfit
}}

// verdicts are what an exit code may mean.
var verdicts = []glua.LValue{glua.LString("ok"), glua.LString("again"), glua.LString("die"), glua.LString("partial"), glua.LFalse}

// Verdicts takes a table from exit codes to what they mean, or true or false in its place.
var Verdicts = Kind[glua.LValue]{Wants: "a table", read: func(v glua.LValue) (glua.LValue, error) {
	table, ok := v.(*glua.LTable)
	if !ok {
		return OfType("", glua.LTBool).read(v)
	}
	var found Findings
	for _, k := range values.SortedKeys(table) {
		verdict := table.RawGet(k)
		if k.Type() == glua.LTNumber && slices.Contains(verdicts, verdict) || verdict == glua.LNil {
			continue
		}
		found = append(found, Finding{says: fmt.Sprintf("[%s] = %s is no exit code with a meaning", values.Describe(k), values.Describe(verdict)),
			Remedy: `write [code] = "ok", "again", "partial" or "die"`})
	}
	if len(found) > 0 {
		return v, found
	}
	return v, nil
}}

// ExitCodes takes exit codes: a number, or a list of them.
var ExitCodes = Kind[[]int]{Wants: "a list of exit codes", read: func(v glua.LValue) (codes []int, err error) {
	t, ok := v.(*glua.LTable)
	if !ok {
		t = &glua.LTable{Metatable: glua.LNil}
		t.Append(v)
	}
	for i := 1; i <= t.Len(); i++ {
		n, ok := t.RawGetInt(i).(glua.LNumber)
		if !ok || n != glua.LNumber(int(n)) || n < 0 || n > 255 {
			return nil, fmt.Errorf("must be a list of exit codes, 0 to 255; it has %s", values.Describe(t.RawGetInt(i)))
		}
		codes = append(codes, int(n))
	}
	if len(codes) == 0 {
		return nil, ErrUnfit
	}
	return codes, nil
}}

// oneOf lists texts in words: "a", "b" or "c".
func oneOf(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	if last := len(quoted) - 1; last > 0 {
		return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	}
	return strings.Join(quoted, "")
}
