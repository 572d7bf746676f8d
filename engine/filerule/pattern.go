package filerule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// matchTimeout bounds a match by backtracking: file names come from strangers, and some expressions take for ever.
const matchTimeout = 50 * time.Millisecond

func init() { regexp2.SetTimeoutCheckPeriod(10 * time.Millisecond) }

// pattern is a compiled regular expression.
type pattern interface {
	// find returns all matches, each as pairs of offsets by group, -1 for a group that took no part. Nothing, or matches
	// of which the first is not at the start, if there is none at the start. Of empty matches right behind another
	// match there are none.
	find(path string) ([][]int, error)
	// group returns the number of a group.
	group(name string) (int, bool)
	groups() int
	// search reports whether there is a match anywhere.
	search(path string) (bool, error)
}

// compilePattern takes Go's engine, whose time is linear, and the one that backtracks for what only that can do: look-around,
// references back, bytes that are no characters.
func compilePattern(expr string) (pattern, error) {
	re, err := regexp.Compile(expr)
	if err == nil {
		return linear{re}, nil
	}
	back, backErr := regexp2.Compile(escapeBytes(expr), regexp2.RE2, regexp2.OptionMaintainCaptureOrder())
	if backErr != nil {
		return nil, fmt.Errorf("%q is no regular expression: %w", expr, backErr)
	}
	back.MatchTimeout = matchTimeout
	return backtracking{back}, nil
}

type linear struct{ re *regexp.Regexp }

func (l linear) find(path string) ([][]int, error) {
	if first := l.re.FindStringIndex(path); first == nil || first[0] != 0 {
		return nil, nil
	}
	return l.re.FindAllStringSubmatchIndex(path, -1), nil
}

func (l linear) search(path string) (bool, error) { return l.re.MatchString(path), nil }

func (l linear) groups() int { return l.re.NumSubexp() }

func (l linear) group(name string) (int, bool) {
	n := l.re.SubexpIndex(name)
	return n, n > 0
}

type backtracking struct{ re *regexp2.Regexp }

func (b backtracking) search(path string) (bool, error) {
	runes, _ := characters(path)
	found, err := b.re.MatchRunes(runes)
	if err != nil {
		return false, errTooLong
	}
	return found, nil
}

func (b backtracking) groups() int { return slices.Max(b.re.GetGroupNumbers()) }

func (b backtracking) group(name string) (int, bool) {
	n := b.re.GroupNumberFromName(name)
	return n, n > 0
}

func (b backtracking) find(path string) ([][]int, error) {
	runes, offsets := characters(path)
	m, err := b.re.FindRunesMatch(runes)
	var out [][]int
	for end := -1; m != nil && err == nil; m, err = b.re.FindNextMatch(m) {
		if len(out) == 0 && m.RuneIndex != 0 {
			return nil, nil
		}
		if m.RuneLength == 0 && m.RuneIndex == end {
			continue
		}
		end = m.RuneIndex + m.RuneLength
		loc := make([]int, 2*m.GroupCount())
		for i := range m.GroupCount() {
			loc[2*i], loc[2*i+1] = -1, -1
			if g := m.GroupByNumber(i); g != nil && len(g.Captures) > 0 {
				loc[2*i], loc[2*i+1] = offsets[g.RuneIndex], offsets[g.RuneIndex+g.RuneLength]
			}
		}
		out = append(out, loc)
	}
	if err != nil {
		return nil, errTooLong
	}
	return out, nil
}

var errTooLong = fmt.Errorf("it took more than %v, and nothing is done with it; write a simpler regular expression", matchTimeout)

// lone is added to a byte that is no character: the code of half of a surrogate pair, which no text has. Each such byte
// is a character of its own, and no two are the same.
const lone = 0xdc00

// characters returns the characters of a path, and where each begins; the last offset is the end.
func characters(path string) (runes []rune, offsets []int) {
	runes, offsets = make([]rune, 0, len(path)), make([]int, 0, len(path)+1)
	for at := 0; at < len(path); {
		r, n := utf8.DecodeRuneInString(path[at:])
		if r == utf8.RuneError && n == 1 {
			r = lone + rune(path[at])
		}
		runes, offsets = append(runes, r), append(offsets, at)
		at += n
	}
	return runes, append(offsets, len(path))
}

// escapeBytes writes bytes of an expression that are no characters as characters sees them.
func escapeBytes(expr string) string {
	if utf8.ValidString(expr) {
		return expr
	}
	var b strings.Builder
	for _, r := range func() []rune { r, _ := characters(expr); return r }() {
		if r >= lone && r < lone+0x100 {
			fmt.Fprintf(&b, `\x{%X}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// template is a destination: text, and groups of the source.
type template []templatePart

type templatePart struct {
	text  string
	group int // -1: text
}

// prefix is the text before the first group.
func (t template) prefix() string {
	if len(t) > 0 && t[0].group < 0 {
		return t[0].text
	}
	return ""
}

// upward returns a "." or ".." that every destination has behind its first from bytes, empty if there is none.
func (t template) upward(from int) string {
	var b strings.Builder
	for _, p := range t {
		if p.group < 0 {
			b.WriteString(p.text)
		} else {
			b.WriteByte('*') // whatever it is, it makes a name of what would be a dot
		}
	}
	for s := range strings.SplitSeq(b.String()[min(from, b.Len()):], "/") {
		if s == "." || s == ".." {
			return s
		}
	}
	return ""
}

// expand writes what one match is replaced by. A group that took no part is empty.
func (t template) expand(b *strings.Builder, path string, match []int) {
	for _, p := range t {
		switch {
		case p.group < 0:
			b.WriteString(p.text)
		case match[2*p.group] >= 0:
			b.WriteString(path[match[2*p.group]:match[2*p.group+1]])
		}
	}
}

// parseTemplate reads \1, \g<name>, \g<1>, \g<0>, \\ and the escapes of control characters, as Python's re.sub does.
func parseTemplate(text string, of pattern) (template, error) {
	var out template
	var lit strings.Builder
	end := func() {
		if lit.Len() > 0 {
			out = append(out, templatePart{lit.String(), -1})
			lit.Reset()
		}
	}
	for text != "" {
		before, rest, found := strings.Cut(text, `\`)
		lit.WriteString(before)
		if !found {
			break
		}
		group, char, left, err := escape(rest, of)
		if err != nil {
			return nil, err
		}
		if text = left; group < 0 {
			lit.WriteString(char)
			continue
		}
		end()
		out = append(out, templatePart{group: group})
	}
	end()
	return out, nil
}

// escape reads what follows a backslash: a group, or text with group -1.
func escape(text string, of pattern) (group int, char, rest string, err error) {
	if text == "" {
		return -1, "", "", errors.New(`ends with a lone \; write \\ for a backslash`)
	}
	c := text[0]
	switch {
	case c == 'g':
		name, rest, ok := strings.Cut(text[1:], ">")
		if !ok || !strings.HasPrefix(name, "<") {
			return -1, "", "", errors.New(`\g has to be followed by the name of a group, as in \g<name>`)
		}
		group, err = groupOf(name[1:], of)
		return group, "", rest, err
	case c >= '0' && c <= '9':
		return digits(text, of)
	}
	if i := strings.IndexByte(`abfnrtv\`, c); i >= 0 {
		return -1, "\a\b\f\n\r\t\v\\"[i : i+1], text[1:], nil
	}
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return -1, "", "", fmt.Errorf(`\%c has no meaning; write \\%[1]c for a backslash`, c)
	}
	return -1, `\`, text, nil
}

// digits reads a group of one or two digits, or a character in octal: with a zero in front, or three digits long.
func digits(text string, of pattern) (group int, char, rest string, err error) {
	n := 1
	for n < 3 && n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if v, err := strconv.ParseUint(text[:n], 8, 32); err == nil && (n == 3 || text[0] == '0') {
		if v == 0 || v > 0xff {
			return -1, "", "", fmt.Errorf(`\%s is no character of a file name; \g<0> is the whole match`, text[:n])
		}
		return -1, string([]byte{byte(v)}), text[n:], nil
	}
	n = min(n, 2)
	group, err = groupOf(text[:n], of)
	return group, "", text[n:], err
}

func groupOf(name string, of pattern) (int, error) {
	if n, err := strconv.Atoi(name); err == nil {
		if n < 0 || n > of.groups() {
			return 0, fmt.Errorf("src_re has no group %d", n)
		}
		return n, nil
	}
	n, ok := of.group(name)
	if !ok {
		return 0, fmt.Errorf("src_re has no group %q", name)
	}
	return n, nil
}

// Search returns a function that tells whether a regular expression, as those of rules are written, is found anywhere in a path. Its error
// says that the search took too long. Any goroutine may call it.
func Search(expr string) (found func(path string) (bool, error), err error) {
	p, err := compilePattern(expr)
	if err != nil {
		return nil, err
	}
	return p.search, nil
}
