package process

import "bytes"

// lineMax bounds one line of output; a child may print a gigabyte without a newline.
const lineMax = 4 << 10

// lines cuts output into lines and keeps the last ones. One goroutine owns it.
type lines struct {
	emit    func(line string) // called for each line; may be nil
	partial []byte            // the line that has not ended yet
	cut     bool              // partial is full, the rest of the line is dropped
	ring    []string
	next    int // place of the oldest line once ring is full
	keep    int
}

// Write takes the next piece of output. Lines end at \n or \r, as progress displays
// write them; empty ones are dropped.
func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\n\r")
		if i < 0 {
			l.add(p)
			break
		}
		l.add(p[:i])
		l.end()
		p = p[i+1:]
	}
	return n, nil
}

func (l *lines) add(p []byte) {
	if room := lineMax - len(l.partial); len(p) > room {
		p, l.cut = p[:room], true
	}
	l.partial = append(l.partial, p...)
}

// end ends the line begun, if there is one.
func (l *lines) end() {
	if len(l.partial) == 0 {
		return
	}
	line := string(l.partial)
	if l.cut {
		line += "..."
	}
	l.partial, l.cut = l.partial[:0], false
	if len(l.ring) < l.keep {
		l.ring = append(l.ring, line)
	} else {
		l.ring[l.next] = line
		l.next = (l.next + 1) % l.keep
	}
	if l.emit != nil {
		l.emit(line)
	}
}

// tail returns the last lines, oldest first.
func (l *lines) tail() []string {
	return append(append([]string{}, l.ring[l.next:]...), l.ring[:l.next]...)
}
