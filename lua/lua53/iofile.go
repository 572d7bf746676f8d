package lua53

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

const fileType = "FILE*"

// file is the value of a file userdata. Writes are not buffered: a script that never closes its file loses nothing.
type file struct {
	stream
	r        *bufio.Reader
	child    *child // of io.popen, else nil
	standard bool   // stdin, stdout, stderr: stay open
	closed   bool
}

// readAhead is the size of a file's buffer in bytes.
const readAhead = 16 << 10

func newFile(L *glua.LState, f *os.File) *glua.LUserData {
	v := &file{stream: stream{f: f, limiter: LimiterOf(L)}}
	v.r = bufio.NewReaderSize(&v.stream, readAhead)
	ud := L.NewUserData()
	ud.Value = v
	ud.Metatable = L.G.Registry.RawGetString(fileType)
	return ud
}

func checkFile(L *glua.LState, n int) *file {
	f := isFile(L.Get(n))
	if f == nil {
		typeError(L, n, fileType)
	}
	if f.closed {
		L.RaiseError("attempt to use a closed file")
	}
	return f
}

func isFile(v glua.LValue) *file {
	if ud, ok := v.(*glua.LUserData); ok {
		if f, ok := ud.Value.(*file); ok {
			return f
		}
	}
	return nil
}

// sync drops what was read ahead, so that the file's position is where the script believes it to be.
func (f *file) sync() error {
	if ahead := f.r.Buffered(); ahead > 0 {
		if _, err := f.f.Seek(-int64(ahead), io.SeekCurrent); err != nil {
			return err
		}
	}
	f.r.Reset(&f.stream)
	return nil
}

// write writes the arguments from n on as one piece.
func (f *file) write(L *glua.LState, n int) error {
	all := newBuilder(L)
	for i := n; i <= L.GetTop(); i++ {
		all.add(checkString(L, i))
	}
	if f.child == nil && f.r.Buffered() > 0 {
		if err := f.sync(); err != nil {
			return err
		}
	}
	_, err := f.stream.Write([]byte(all.String()))
	interrupt(L)
	return err
}

// close closes the file and pushes the results of io.close.
func (f *file) close(L *glua.LState) int {
	if f.standard {
		return push(L, glua.LNil, glua.LString("cannot close standard file"))
	}
	f.closed = true
	err := f.stream.close()
	if f.child != nil {
		return f.child.wait(L)
	}
	if err != nil {
		return failure(L, errorText(err), errorNumber(err))
	}
	return push(L, glua.LTrue)
}

// read reads by formats, which were given from argument first on, or a line without any. It pushes a value for each,
// the last being nil if there is no more; err is a failure other than the end.
func (f *file) read(L *glua.LState, formats []glua.LValue, first int) (n int, err error) {
	if len(formats) == 0 {
		formats = []glua.LValue{glua.LString("l")}
	}
	for i, format := range formats {
		v, err := f.readOne(L, format, first+i)
		interrupt(L)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		n += push(L, v)
		if v == glua.LNil {
			break
		}
	}
	return n, nil
}

func (f *file) readOne(L *glua.LState, format glua.LValue, arg int) (glua.LValue, error) {
	if n, ok := format.(glua.LNumber); ok {
		return f.readBytes(L, int64(n))
	}
	name, _ := toText(format)
	switch name = strings.TrimPrefix(name, "*"); {
	case strings.HasPrefix(name, "l"):
		return f.readLine(L, false)
	case strings.HasPrefix(name, "L"):
		return f.readLine(L, true)
	case strings.HasPrefix(name, "a"):
		all := newBuilder(L)
		_, err := f.r.WriteTo(all)
		return glua.LString(all.String()), err
	case strings.HasPrefix(name, "n"):
		return f.readNumber()
	}
	argError(L, arg, "invalid format")
	return nil, nil
}

// readBytes reads up to n bytes; 0 bytes are an empty string unless the file is at its end.
func (f *file) readBytes(L *glua.LState, n int64) (glua.LValue, error) {
	if n <= 0 {
		if _, err := f.r.Peek(1); err != nil {
			return glua.LNil, err
		}
		return glua.LString(""), nil
	}
	all := newBuilder(L) // grows as data comes: n may be larger than any memory
	if _, err := io.CopyN(all, f.r, n); err != nil && all.len() == 0 {
		return glua.LNil, err
	}
	return glua.LString(all.String()), nil
}

func (f *file) readLine(L *glua.LState, keep bool) (glua.LValue, error) {
	line, err := f.r.ReadSlice('\n')
	all := newBuilder(L)
	for errors.Is(err, bufio.ErrBufferFull) {
		all.addBytes(line)
		line, err = f.r.ReadSlice('\n')
	}
	if err != nil && len(line) == 0 && all.len() == 0 {
		return glua.LNil, err
	}
	if !keep {
		line = bytes.TrimSuffix(line, []byte("\n"))
	}
	all.addBytes(line)
	return glua.LString(all.String()), err
}

// readNumber reads the longest text that may be a numeral, as C Lua does: what is no numeral after all is lost.
func (f *file) readNumber() (glua.LValue, error) {
	const longest = 200 // L_MAXLENNUM
	var text []byte
	accept := func(set string) bool {
		c, err := f.r.Peek(1)
		if err != nil || strings.IndexByte(set, c[0]) < 0 || len(text) >= longest {
			return false
		}
		text = append(text, c[0])
		_, _ = f.r.Discard(1)
		return true
	}
	for accept(" \t\n\v\f\r") {
		text = text[:0]
	}
	digits, exponent := "0123456789", "eE"
	accept("+-")
	if accept("0") && accept("xX") {
		digits, exponent = digits+"abcdefABCDEF", "pP"
	}
	for accept(digits) {
	}
	if accept(".") {
		for accept(digits) {
		}
	}
	if accept(exponent) {
		accept("+-")
		for accept("0123456789") {
		}
	}
	if n, ok := ParseNumber(string(text)); ok {
		return n, nil
	}
	return glua.LNil, nil
}

func (f *file) String() string {
	if f.closed {
		return "file (closed)"
	}
	return fmt.Sprintf("file (%p)", f)
}
