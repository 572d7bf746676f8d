// Package printable is how text that may hold anything, first of all the name of a
// file, is written to a terminal, a log or a report: one spelling of a name everywhere,
// and no name that ends a line, moves the cursor or turns the direction of reading.
//
// What is kept is what strconv.IsPrint keeps of valid UTF-8: letters, marks, digits, punctuation,
// symbols and the ASCII space. Everything else is written byte by byte as \xNN, a newline as \n and a
// tab as \t: control characters (C0, DEL, C1), bytes that are not UTF-8, line and
// paragraph separators, the format characters that turn or hide text, blanks that are no space. A
// shell reads these escapes back within $'...'.
//
// A backslash stays as it is. So the functions can be applied to text that they have
// made without changing it, and a message may be composed of parts that are
// printable already; but a newline and the two characters \n look alike. JSON tells them apart.
package printable

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Line returns s as a part of one line.
func Line(s string) string {
	if plain(s) {
		return s
	}
	return string(AppendLine(nil, s))
}

// AppendLine appends Line(s) to b.
func AppendLine(b []byte, s string) []byte {
	if plain(s) {
		return append(b, s...)
	}
	return escape(b, s, "")
}

// Text returns s, which may have several lines: the further ones begin with a tab, so
// that none of them passes for the first line of another message. Newlines at the end are dropped.
func Text(s string) string { return string(AppendText(nil, s)) }

// AppendText appends Text(s) to b.
func AppendText(b []byte, s string) []byte {
	for i, line := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		if i > 0 {
			b = append(b, "\n\t"...)
			line = strings.TrimPrefix(line, "\t") // Text of a Text is the same
		}
		b = AppendLine(b, line)
	}
	return b
}

// Lines is text whose newlines are meant: where a log has lines, it is written as Text.
type Lines string

// Count writes how many there are of something: 1 event, 3 events.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Seconds writes a time in seconds as a config does: 0.5, 15, 2147483647.
func Seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// Quote returns s in double quotes, on one line, with what is a quote or a backslash in it escaped.
func Quote(s string) string {
	b := append(make([]byte, 0, len(s)+2), '"')
	return string(append(escape(b, s, `"\`), '"'))
}

// ShellQuote returns s as one word in a shell's $'...', whatever the locale is.
func ShellQuote(s string) string {
	b := append(make([]byte, 0, len(s)+3), "$'"...)
	return string(append(escape(b, s, `'\`), '\''))
}

// Is reports whether Line leaves s as it is.
func Is(s string) bool {
	if plain(s) {
		return true
	}
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) < 0
}

// UTF8 returns s with the bytes escaped that are not UTF-8, which JSON cannot carry.
func UTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b []byte
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			b = appendHex(b, s[0])
		} else {
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return string(b)
}

// JSON returns encoded JSON that means the same, in which everything is escaped that is not
// printable; of the spaces between its values it keeps newlines and spaces.
func JSON(encoded []byte) []byte {
	b := make([]byte, 0, len(encoded)+16)
	for len(encoded) > 0 {
		r, n := utf8.DecodeRune(encoded)
		switch {
		case r == '\n', strconv.IsPrint(r) && (r != utf8.RuneError || n > 1):
			b = append(b, encoded[:n]...)
		default:
			b = appendUnicode(b, r)
		}
		encoded = encoded[n:]
	}
	return b
}

// appendUnicode appends r as JSON escapes it, beyond the first plane as two surrogates.
func appendUnicode(b []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		return appendUnicode(appendUnicode(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	b = append(b, `\u`...)
	for shift := 12; shift >= 0; shift -= 4 {
		b = append(b, digits[r>>shift&15])
	}
	return b
}

const digits = "0123456789abcdef"

func appendHex(b []byte, c byte) []byte { return append(b, '\\', 'x', digits[c>>4], digits[c&15]) }

// escape appends s; the characters of quotes get a backslash before them.
func escape(b []byte, s, quotes string) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == utf8.RuneError && n == 1, !strconv.IsPrint(r):
			for i := range n {
				b = appendHex(b, s[i])
			}
		case strings.ContainsRune(quotes, r):
			b = append(append(b, '\\'), s[:n]...)
		default:
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return b
}

// plain is the quick answer for almost every name.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
