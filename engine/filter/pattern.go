package filter

import "strings"

// pattern is one parsed pattern.
type pattern struct {
	literal  string // without wildcards: the pattern, slashes at its ends removed
	tokens   []token
	wild     bool // has *, ? or [; only then a backslash escapes
	anchored bool // began with a slash
	dirOnly  bool // ended in a slash
	slashes  int  // inside of it
	scope    scope
	contents bool // ends in "***": a directory is matched as "name/"

	// Of the form "*literal" or "literal*", for the last component.
	suffix, prefix string

	// The byte that every match ends with, if there is one: most patterns are
	// told apart by it.
	last    byte
	hasLast bool
}

// scope says which part of the path a pattern with wildcards is held against.
type scope uint8

const (
	name     scope = iota // the last component
	whole                 // the path from the source
	tail                  // as many last components as the pattern has
	anywhere              // any end of the path that begins after a slash
)

func parsePattern(raw string) pattern {
	var p pattern
	if len(raw) > 1 && strings.HasSuffix(raw, "/") {
		raw, p.dirOnly = raw[:len(raw)-1], true
	}
	// rsync looks for "**" without regard to escapes and classes. What it then
	// does is the contract, for "\**" and "[**]" too.
	double := strings.Index(raw, "**")
	p.contents = strings.HasSuffix(raw, "***")
	raw, p.anchored = strings.CutPrefix(raw, "/")
	p.slashes = strings.Count(raw, "/")
	p.wild = strings.ContainsAny(raw, "*?[")
	if !p.wild {
		p.literal = raw
		return p
	}
	switch {
	case p.anchored || double == 0:
		p.scope = whole
	case double > 0:
		p.scope = anywhere
	case p.slashes > 0:
		p.scope = tail
	}
	p.tokens = tokenize(raw)
	if t := p.tokens[len(p.tokens)-1]; t.op == char {
		p.last, p.hasLast = t.char, true
	}
	p.recognize()
	return p
}

// recognize finds the forms "*literal" and "literal*".
func (p *pattern) recognize() {
	last := len(p.tokens) - 1
	if p.scope != name || last < 1 {
		return
	}
	if p.tokens[0].op == star {
		p.suffix, _ = text(p.tokens[1:])
	} else if p.tokens[last].op == star {
		p.prefix, _ = text(p.tokens[:last])
	}
}

// text returns the literal that the tokens spell, if they do.
func text(tokens []token) (string, bool) {
	var b strings.Builder
	for _, t := range tokens {
		if t.op != char {
			return "", false
		}
		b.WriteByte(t.char)
	}
	return b.String(), true
}

// match holds the pattern against the entry path[:end], whose last component
// begins at start. If dir, path[end] is its slash.
func (p *pattern) match(path string, start, end int, dir bool) bool {
	if p.dirOnly && !dir || p.hasLast && p.last != path[end-1] {
		return false
	}
	switch {
	case !p.wild:
		return hasTail(path[:end], p.literal)
	case p.suffix != "":
		return strings.HasSuffix(path[start:end], p.suffix)
	case p.prefix != "":
		return strings.HasPrefix(path[start:end], p.prefix)
	}
	if p.contents && dir {
		end++
	}
	switch p.scope {
	case name:
		return glob(p.tokens, path[start:end], false)
	case tail:
		from := lastComponents(path[:end], p.slashes+1)
		return from >= 0 && glob(p.tokens, path[from:end], false)
	case anywhere:
		return glob(p.tokens, path[:end], true)
	default:
		return glob(p.tokens, path[:end], false) || !p.anchored && p.matchTop(path[:end])
	}
}

// matchTop lets the slash of a leading "**/" stand for the top of the source.
func (p *pattern) matchTop(path string) bool {
	return len(p.tokens) > 1 && p.tokens[1] == token{op: char, char: '/'} && glob(p.tokens[2:], path, false)
}

// hasTail reports whether the last components of path are exactly tail.
func hasTail(path, tail string) bool {
	cut := len(path) - len(tail)
	return cut >= 0 && path[cut:] == tail && (cut == 0 || path[cut-1] == '/')
}

// lastComponents returns where the last n components of path begin, -1 if it
// has fewer.
func lastComponents(path string, n int) int {
	at := len(path)
	for ; n > 0; n-- {
		if at < 0 {
			return -1
		}
		at = strings.LastIndexByte(path[:at], '/')
	}
	return at + 1
}
