package printable

import (
	"bytes"
	"io"
	"sync"
	"unicode/utf8"
)

// Writer passes on what is written to it with everything escaped that is not printable, save for
// newlines and tabs. It is the last to look at the program's own output: code that puts a name into a
// line has to use Line, as newlines pass here. Any goroutine may use it.
type Writer struct {
	to io.Writer

	mu   sync.Mutex // guards what follows, and the order of the output
	rest []byte     // the beginning of a character whose end has not come
	buf  []byte
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Write returns len(p) unless the output cannot be written. The beginning of a character at
// the end of p waits for the next Write.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := p
	if len(w.rest) > 0 {
		all = append(w.rest, p...)
	}
	n := whole(all)
	w.buf = appendOutput(w.buf[:0], all[:n])
	w.rest = append([]byte(nil), all[n:]...)
	if _, err := w.to.Write(w.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// whole is how much of a piece of output can be written: up to its last complete character.
func whole(p []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(p); i++ {
		if c := p[len(p)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-i:]) {
				return len(p) - i
			}
			break
		}
	}
	return len(p)
}

// appendOutput is AppendLine, save that newlines and tabs stay.
func appendOutput(b, p []byte) []byte {
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\n\t")
		if i < 0 {
			return AppendLine(b, string(p))
		}
		b = append(AppendLine(b, string(p[:i])), p[i])
		p = p[i+1:]
	}
	return b
}
