package pattern

import (
	"fmt"
	"strings"
)

const (
	maxCaptures = 32  // LUA_MAXCAPTURES
	maxDepth    = 200 // MAXCCALLS of lstrlib.c
)

// A call may take this many steps, and some more for each byte of its subject: a second or two.
const (
	stepsPerCall = 100_000_000
	stepsPerByte = 100
)

// askEvery is how many steps pass between two calls of the interrupt function, as a power of two.
const askEvery = 1 << 16

// Lengths of captures that are no length.
const (
	unfinished = -1
	position   = -2
)

// Error is a fault of the pattern, or of its use, in the words of Lua.
type Error string

func (e Error) Error() string { return string(e) }

// stopped carries the error of the interrupt function out of the recursion.
type stopped struct{ err error }

// Matcher matches one pattern against one subject. Its methods are not safe for concurrent use.
type Matcher struct {
	src, pat  string
	interrupt func() error
	level     int // captures begun
	depth     int
	steps     int
	limit     int
	captures  [maxCaptures]struct{ start, len int }
}

// New returns a matcher of pat, without ^ at its start, against src. interrupt, if not nil, is asked now and then;
// an error from it ends the match with that error.
func New(src, pat string, interrupt func() error) *Matcher {
	return &Matcher{src: src, pat: pat, interrupt: interrupt, limit: stepsPerCall + stepsPerByte*len(src)}
}

// IsPlain tells whether pat has no special characters and so matches only itself.
func IsPlain(pat string) bool { return !strings.ContainsAny(pat, "^$*+?.([%-") }

// At matches at byte offset start only. end is the offset after the match.
func (m *Matcher) At(start int) (end int, ok bool, err error) {
	defer catch(&err)
	m.level, m.depth = 0, 0
	end = m.match(start, 0)
	return end, end >= 0, nil
}

// Find returns the first match that begins at start or later.
func (m *Matcher) Find(start int) (from, to int, ok bool, err error) {
	defer catch(&err)
	for from = start; from <= len(m.src); from++ {
		m.level, m.depth = 0, 0
		if to = m.match(from, 0); to >= 0 {
			return from, to, true, nil
		}
	}
	return 0, 0, false, nil
}

func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case Error:
		*err = r
	case stopped:
		*err = r.err
	default:
		panic(r)
	}
}

func (m *Matcher) fail(format string, args ...any) { panic(Error(fmt.Sprintf(format, args...))) }

// step counts work done.
func (m *Matcher) step(n int) {
	before := m.steps
	m.steps += n
	if before/askEvery == m.steps/askEvery {
		return
	}
	if m.steps > m.limit {
		m.fail("pattern too complex (gave up after %d steps)", m.steps)
	}
	if m.interrupt != nil {
		if err := m.interrupt(); err != nil {
			panic(stopped{err})
		}
	}
}

// match matches the pattern from p at s and returns where the match ends, or -1.
func (m *Matcher) match(s, p int) int {
	if m.depth++; m.depth > maxDepth {
		m.fail("pattern too complex")
	}
	end := m.run(s, p)
	m.depth--
	return end
}

func (m *Matcher) run(s, p int) int {
	for p < len(m.pat) {
		m.step(1)
		switch c := m.pat[p]; {
		case c == '(':
			return m.startCapture(s, p+1)
		case c == ')':
			return m.endCapture(s, p+1)
		case c == '$' && p+1 == len(m.pat):
			if s == len(m.src) {
				return s
			}
			return -1
		case c == '%' && p+1 < len(m.pat) && m.isItem(m.pat[p+1]):
			s, p = m.item(s, p+1)
			if s < 0 {
				return -1
			}
		default:
			end := m.classEnd(p)
			if end < len(m.pat) && strings.IndexByte("?*+-", m.pat[end]) >= 0 {
				next, done := m.repeat(s, p, end)
				if done {
					return next
				}
				p = end + 1
				continue
			}
			if !m.single(s, p, end) {
				return -1
			}
			s, p = s+1, end
		}
	}
	return s
}

func (m *Matcher) isItem(c byte) bool { return c == 'b' || c == 'f' || isDigit(c) }

// item matches %b, %f and back references, whose letter is at p. It returns where to go on, s being -1 on failure.
func (m *Matcher) item(s, p int) (int, int) {
	switch m.pat[p] {
	case 'b':
		return m.balance(s, p+1), p + 3
	case 'f':
		return m.frontier(s, p+1)
	}
	return m.backReference(s, m.pat[p]), p + 1
}

func (m *Matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		m.fail("malformed pattern (missing arguments to '%%b')")
	}
	if s >= len(m.src) || m.src[s] != m.pat[p] {
		return -1
	}
	opening, closing, open := m.pat[p], m.pat[p+1], 1
	for s++; s < len(m.src); s++ {
		m.step(1)
		switch m.src[s] {
		case closing:
			if open--; open == 0 {
				return s + 1
			}
		case opening:
			open++
		}
	}
	return -1
}

func (m *Matcher) frontier(s, p int) (int, int) {
	if p >= len(m.pat) || m.pat[p] != '[' {
		m.fail("missing '[' after '%%f' in pattern")
	}
	end := m.classEnd(p)
	var before, at byte
	if s > 0 {
		before = m.src[s-1]
	}
	if s < len(m.src) {
		at = m.src[s]
	}
	if !m.inSet(before, p, end-1) && m.inSet(at, p, end-1) {
		return s, end
	}
	return -1, end
}

func (m *Matcher) backReference(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.level || m.captures[i].len == unfinished {
		m.fail("invalid capture index %%%d", i+1)
	}
	c := m.captures[i]
	if c.len < 0 {
		return -1 // C Lua compares with the position's length, -2, as if huge
	}
	if text := m.src[c.start : c.start+c.len]; strings.HasPrefix(m.src[s:], text) {
		m.step(c.len)
		return s + c.len
	}
	return -1
}

// repeat matches the class from p to end with the suffix at end. done is false if a ? matched nothing and the
// pattern goes on after it.
func (m *Matcher) repeat(s, p, end int) (next int, done bool) {
	switch m.pat[end] {
	case '?':
		if m.single(s, p, end) {
			if r := m.match(s+1, end+1); r >= 0 {
				return r, true
			}
		}
		return 0, false
	case '+':
		if !m.single(s, p, end) {
			return -1, true
		}
		return m.longest(s+1, p, end), true
	case '*':
		return m.longest(s, p, end), true
	}
	return m.shortest(s, p, end), true
}

func (m *Matcher) longest(s, p, end int) int {
	n := 0
	for m.single(s+n, p, end) {
		n++
	}
	m.step(n)
	for ; n >= 0; n-- {
		if r := m.match(s+n, end+1); r >= 0 {
			return r
		}
	}
	return -1
}

func (m *Matcher) shortest(s, p, end int) int {
	for {
		if r := m.match(s, end+1); r >= 0 {
			return r
		}
		if !m.single(s, p, end) {
			return -1
		}
		s++
		m.step(1)
	}
}
