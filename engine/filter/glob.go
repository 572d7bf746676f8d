package filter

import "strings"

// token is one element of a pattern with wildcards.
type token struct {
	op    op
	char  byte
	class *class
}

type op uint8

const (
	char       op = iota // this byte
	one                  // any byte but a slash
	set                  // a byte of the class
	star                 // any bytes but slashes
	doubleStar           // any bytes
	never                // nothing: the pattern is malformed here
)

// tokenize splits a pattern that has wildcards.
func tokenize(raw string) []token {
	var tokens []token
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			if i++; i == len(raw) {
				return append(tokens, token{op: never})
			}
			tokens = append(tokens, token{char: raw[i]})
		case '?':
			tokens = append(tokens, token{op: one})
		case '*':
			kind := star
			for i+1 < len(raw) && raw[i+1] == '*' {
				kind = doubleStar
				i++
			}
			tokens = append(tokens, token{op: kind})
		case '[':
			c, n := parseClass(raw[i+1:])
			if n < 0 {
				return append(tokens, token{op: never})
			}
			tokens = append(tokens, token{op: set, class: c})
			i += n
		default:
			tokens = append(tokens, token{char: raw[i]})
		}
	}
	return tokens
}

func (t *token) matches(b byte) bool {
	switch t.op {
	case char:
		return b == t.char
	case one:
		return b != '/'
	case set:
		return t.class.has(b)
	default:
		return false
	}
}

// glob reports whether the tokens match all of text or, if anywhere, all of
// an end of it that begins after a slash.
//
// On a mismatch only the last star gives way, and after it the last double star:
// what came before it already matched as early as it can, so trying that again
// could not help. This keeps the cost polynomial for every pattern.
func glob(tokens []token, text string, anywhere bool) bool {
	const unset = -1
	var (
		t, at                = 0, 0         // next token, next byte
		starNext, starAt     = unset, unset // the token after the last star, where its text ends
		doubleNext, doubleAt = unset, unset // same of the last double star
		begin                = 0            // where this attempt began
	)
	for {
		switch {
		case t == len(tokens):
			if at == len(text) {
				return true
			}
		case tokens[t].op == star:
			t++
			starNext, starAt = t, at
			continue
		case tokens[t].op == doubleStar:
			t++
			if t == len(tokens) {
				return true
			}
			starNext, doubleNext, doubleAt = unset, t, at
			continue
		case at == len(text):
			return false // every other way needs at least as much text
		case tokens[t].matches(text[at]):
			t++
			at++
			continue
		}
		switch {
		case starNext != unset && starAt < len(text) && text[starAt] != '/':
			starAt++
			t, at = starNext, starAt
		case doubleNext != unset && doubleAt < len(text):
			doubleAt++
			t, at, starNext = doubleNext, doubleAt, unset
		case anywhere && doubleNext == unset:
			n := strings.IndexByte(text[begin:], '/')
			if n < 0 {
				return false
			}
			begin += n + 1
			t, at, starNext = 0, begin, unset
		default:
			return false
		}
	}
}
