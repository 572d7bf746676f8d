package lua53

import (
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// builder is a string that is being made. It asks for room before it grows, and raises an error in the script if there
// is none.
type builder struct {
	L *glua.LState
	b strings.Builder
}

func newBuilder(L *glua.LState) *builder { return &builder{L: L} }

// grow makes room for n bytes more.
func (t *builder) grow(n int) {
	if t.b.Cap()-t.b.Len() >= n {
		return
	}
	more := max(n, t.b.Cap()) // at least doubles, so that growing by small pieces costs little
	room(t.L, t.b.Len()+more)
	t.b.Grow(more)
}

func (t *builder) add(s string) {
	t.grow(len(s))
	t.b.WriteString(s)
}

func (t *builder) addByte(c byte) {
	t.grow(1)
	t.b.WriteByte(c)
}

func (t *builder) addBytes(p []byte) {
	t.grow(len(p))
	t.b.Write(p)
}

// Write is addBytes for an io.Writer. The error is always nil.
func (t *builder) Write(p []byte) (int, error) {
	t.addBytes(p)
	return len(p), nil
}

func (t *builder) len() int       { return t.b.Len() }
func (t *builder) String() string { return t.b.String() }

// push pushes the string as the result of a function.
func (t *builder) push() int { return push(t.L, glua.LString(t.b.String())) }
