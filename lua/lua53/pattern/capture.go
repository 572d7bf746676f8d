package pattern

func (m *Matcher) startCapture(s, p int) int {
	what := unfinished
	if p < len(m.pat) && m.pat[p] == ')' {
		what = position
		p++
	}
	if m.level >= maxCaptures {
		m.fail("too many captures")
	}
	m.captures[m.level].start, m.captures[m.level].len = s, what
	m.level++
	end := m.match(s, p)
	if end < 0 {
		m.level--
	}
	return end
}

func (m *Matcher) endCapture(s, p int) int {
	i := m.level - 1
	for i >= 0 && m.captures[i].len != unfinished {
		i--
	}
	if i < 0 {
		m.fail("invalid pattern capture")
	}
	m.captures[i].len = s - m.captures[i].start
	end := m.match(s, p)
	if end < 0 {
		m.captures[i].len = unfinished
	}
	return end
}

// Captures is the number of captures of the last match.
func (m *Matcher) Captures() int { return m.level }

// Capture returns the i-th capture, from 0, of the last match, which went from start to end: its text, or, if pos is
// not 0, a position counted from 1. Without captures the whole match is capture 0.
func (m *Matcher) Capture(i, start, end int) (text string, pos int, err error) {
	if i >= m.level {
		if i != 0 {
			return "", 0, Error("invalid capture index %" + string(rune('1'+i)))
		}
		return m.src[start:end], 0, nil
	}
	switch c := m.captures[i]; c.len {
	case unfinished:
		return "", 0, Error("unfinished capture")
	case position:
		return "", c.start + 1, nil
	default:
		return m.src[c.start : c.start+c.len], 0, nil
	}
}

// Subject is the string that is matched.
func (m *Matcher) Subject() string { return m.src }
