package process

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lsyncgo/engine/printable"
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
	case printable.Is(s):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return printable.ShellQuote(s)
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
