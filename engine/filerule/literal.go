package filerule

import "strings"

// literalPrefix is the text that every match of an expression begins with, as far as its first group. What asks without taking
// anything, such as ^ and look-around, does not count.
func literalPrefix(expr string) string {
	items := split(expr)
	var b strings.Builder
	for i, it := range items {
		switch {
		case it.kind == alternative:
			return "" // one of several
		case it.kind == other, it.kind == quantifier:
			return finish(items, b.String())
		case it.kind == literal && i+1 < len(items) && items[i+1].kind == quantifier:
			return finish(items, b.String())
		case it.kind == literal:
			b.WriteString(it.text)
		}
	}
	return b.String()
}

// finish returns prefix, unless what follows shows that it is that of one alternative.
func finish(items []item, prefix string) string {
	for _, it := range items {
		if it.kind == alternative {
			return ""
		}
	}
	return prefix
}

type kind uint8

const (
	literal     kind = iota // text stands for itself
	zeroWidth               // takes nothing
	quantifier              // of the item before
	alternative             // | outside of all groups
	other
)

// item is a part of an expression outside of all groups.
type item struct {
	kind kind
	text string
}

// split parts an expression into its outermost items. What it does not know is other.
func split(expr string) []item {
	var out []item
	for expr != "" {
		k, n := classify(expr)
		text := expr[:n]
		if k == literal && n == 2 {
			text = text[1:] // escaped
		}
		out = append(out, item{k, text})
		expr = expr[n:]
	}
	return out
}

// classify tells what an expression begins with, and how long that is.
func classify(expr string) (kind, int) {
	switch c := expr[0]; c {
	case '^':
		return zeroWidth, 1
	case '\\':
		return classifyEscape(expr)
	case '*', '+', '?', '{':
		return quantifier, 1
	case '|':
		return alternative, 1
	case '[':
		return other, classEnd(expr)
	case '(':
		n := groupEnd(expr)
		for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
			if strings.HasPrefix(expr, look) {
				return zeroWidth, n
			}
		}
		return other, n
	case '.', '$', ')':
		return other, 1
	default:
		return literal, 1
	}
}

func classifyEscape(expr string) (kind, int) {
	if len(expr) < 2 {
		return other, 1
	}
	switch c := expr[1]; {
	case c == 'A' || c == 'b' || c == 'B':
		return zeroWidth, 2
	case c == 'Q':
		if at := strings.Index(expr, `\E`); at >= 0 {
			return other, at + 2
		}
		return other, len(expr)
	case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
		return other, 2
	}
	return literal, 2
}

// classEnd is how long the character class is that expr begins with.
func classEnd(expr string) int {
	at := 1
	if at < len(expr) && expr[at] == '^' {
		at++
	}
	for first := at; at < len(expr); at++ {
		switch {
		case expr[at] == '\\':
			at++
		case expr[at] == '[' && at+1 < len(expr) && expr[at+1] == ':': // [:alpha:]
			if n := strings.Index(expr[at:], ":]"); n > 0 {
				at += n + 1
			}
		case expr[at] == ']' && at > first:
			return at + 1
		}
	}
	return len(expr)
}

// groupEnd is how long the group is that expr begins with.
func groupEnd(expr string) int {
	depth := 0
	for at := 0; at < len(expr); {
		switch expr[at] {
		case '(':
			depth++
			at++
		case ')':
			at++
			if depth--; depth == 0 {
				return at
			}
		case '[':
			at += classEnd(expr[at:])
		case '\\':
			_, n := classifyEscape(expr[at:])
			at += n
		default:
			at++
		}
	}
	return len(expr)
}
