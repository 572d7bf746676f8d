package fam

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// DefaultIgnores are of what editors and version control leave lying about.
var DefaultIgnores = []string{"*~", "*#", ".#*", "*.swp", "*.swpx", ".*.swx", "SCCS", ".svn", "4913", ".gitignore"}

// Ignore returns what reports whether one of the globs fits a name or its last part. As in Python's fnmatch, * and ? stand for
// slashes, too, and [!a] is what is not a.
func Ignore(globs []string) (func(filename string) bool, error) {
	if len(globs) == 0 {
		return nil, nil
	}
	var parts []string
	for _, g := range globs {
		parts = append(parts, expression(g))
	}
	re, err := regexp.Compile(`(?s)^(?:` + strings.Join(parts, "|") + `)$`)
	if err != nil {
		return nil, fmt.Errorf("ignore: %w", err)
	}
	return func(filename string) bool { return re.MatchString(filename) || re.MatchString(path.Base(filename)) }, nil
}

func expression(glob string) string {
	var b strings.Builder
	for len(glob) > 0 {
		c, size := glob[0], 1
		switch class := classIn(glob); {
		case c == '*':
			b.WriteString(".*")
		case c == '?':
			b.WriteByte('.')
		case class != "":
			in := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(class[1 : len(class)-1])
			if strings.HasPrefix(in, "!") {
				in = "^" + in[1:]
			} else if strings.HasPrefix(in, "^") {
				in = `\` + in
			}
			b.WriteString("[" + in + "]")
			glob = glob[len(class):]
			continue
		default:
			var r rune
			if r, size = utf8.DecodeRuneInString(glob); r == utf8.RuneError {
				b.WriteString(`\x{FFFD}`) // to expressions all bytes that are no UTF-8 are this
			} else {
				b.WriteString(regexp.QuoteMeta(glob[:size]))
			}
		}
		glob = glob[size:]
	}
	return b.String()
}

// classIn returns the class that glob begins with, such as "[a-z]"; empty if it begins with none.
func classIn(glob string) string {
	if glob[0] != '[' {
		return ""
	}
	from := 1
	if strings.HasPrefix(glob[from:], "!") {
		from++
	}
	if strings.HasPrefix(glob[from:], "]") { // is meant
		from++
	}
	end := strings.IndexByte(glob[min(from, len(glob)):], ']')
	if end < 0 {
		return ""
	}
	return glob[:from+end+1]
}
