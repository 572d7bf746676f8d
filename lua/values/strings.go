package values

import (
	"errors"
	"strings"

	shellwords "github.com/mattn/go-shellwords"
)

// SplitWords splits a string as a shell splits quoted words. Nothing is expanded.
func SplitWords(s string) ([]string, error) {
	p := shellwords.NewParser()
	words, err := p.Parse(s)
	if err == nil && p.Position >= 0 {
		err = errors.New("it has a shell operator outside of quotes")
	}
	return words, err
}

// SplitQuoted splits a string at blanks outside of double quotes, which it drops.
func SplitQuoted(s string) []string {
	var list []string
	var word strings.Builder
	inWord, inQuotes := false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			inQuotes, inWord = !inQuotes, true
		case !inQuotes && strings.IndexByte(" \t\n\r", c) >= 0:
			if inWord {
				list = append(list, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		list = append(list, word.String())
	}
	return list
}

// WithSlash returns a path with a slash at its end.
func WithSlash(path string) string {
	if strings.HasSuffix(path, "/") {
		return path
	}
	return path + "/"
}

// NameLength is the length of the identifier at the start of s.
func NameLength(s string) int {
	n := 0
	for n < len(s) && IsName(s[:n+1]) {
		n++
	}
	return n
}
