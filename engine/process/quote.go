package process

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// describeMax bounds a description; a command may have a megabyte of arguments.
const describeMax = 1000

func quoteLine(binary string, args []string) string {
	var b strings.Builder
	b.WriteString(clip(quote(binary)))
	for i, arg := range args {
		q := clip(quote(arg))
		if b.Len()+1+len(q) > describeMax {
			fmt.Fprintf(&b, " ... (%d more)", len(args)-i)
			break
		}
		b.WriteByte(' ')
		b.WriteString(q)
	}
	return b.String()
}

// quote returns s as one word of a shell: bare if nothing in it is special, in
// single quotes if it is printable, else as $'...' with the odd bytes escaped.
func quote(s string) string {
	switch {
	case s != "" && strings.IndexFunc(s, special) < 0:
		return s
	case isPrintable(s):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return "$'" + escape(s, true) + "'"
}

// printable returns s with everything escaped that could break or disguise a line.
func printable(s string) string {
	if isPrintable(s) {
		return s
	}
	return escape(s, false)
}

func escape(s string, quoted bool) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case quoted && (r == '\'' || r == '\\'):
			b.WriteByte('\\')
			b.WriteString(s[:n])
		case r == utf8.RuneError && n == 1, !strconv.IsPrint(r):
			writeEscaped(&b, s[:n])
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

func writeEscaped(b *strings.Builder, raw string) {
	switch raw {
	case "\n":
		b.WriteString(`\n`)
	case "\t":
		b.WriteString(`\t`)
	default:
		for i := range len(raw) {
			fmt.Fprintf(b, `\x%02x`, raw[i])
		}
	}
}

func isPrintable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) < 0
}

func special(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("@%+=:,./_-", r)
}

// clip bounds one word without cutting a rune.
func clip(s string) string {
	if len(s) <= describeMax {
		return s
	}
	cut := describeMax
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}
