package dialect

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

const fileType = "FILE*"

// file is the value of a file userdata. Writes are not buffered: a script that never closes its file loses nothing.
type file struct {
	f        *os.File
	r        *bufio.Reader
	child    *child // of io.popen, else nil
	standard bool   // stdin, stdout, stderr: stay open
	closed   bool
}

// child is a process that io.popen started. Its own goroutine waits for it, so that it leaves no zombie when the
// script forgets the file; that goroutine ends with the child.
type child struct {
	cmd  *exec.Cmd
	err  error // valid when done is closed
	done chan struct{}
}

func newFile(L *glua.LState, f *os.File) *glua.LUserData {
	ud := L.NewUserData()
	ud.Value = &file{f: f, r: bufio.NewReader(f)}
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

// interruptible runs an operation that may block and lets the end of the state's context cut it short, if the file is
// of a kind that can: pipes can, plain files need not.
func (f *file) interruptible(L *glua.LState, operation func() error) error {
	ctx := L.Context()
	if ctx == nil {
		return operation()
	}
	stop := context.AfterFunc(ctx, func() { _ = f.f.SetDeadline(time.Unix(1, 0)) })
	err := operation()
	if !stop() && errors.Is(err, os.ErrDeadlineExceeded) {
		f.child.kill()
		L.RaiseError("%s", ctx.Err())
	}
	return err
}

// kill ends a child, which the script was made to stop waiting for. What the shell started in turn is not ours.
func (c *child) kill() {
	if c != nil {
		_ = c.cmd.Process.Kill()
	}
}

// sync drops what was read ahead, so that the file's position is where the script believes it to be.
func (f *file) sync() error {
	if ahead := f.r.Buffered(); ahead > 0 {
		if _, err := f.f.Seek(-int64(ahead), io.SeekCurrent); err != nil {
			return err
		}
	}
	f.r.Reset(f.f)
	return nil
}

// write writes the arguments from n on as one piece.
func (f *file) write(L *glua.LState, n int) error {
	var b []byte
	for i := n; i <= L.GetTop(); i++ {
		b = append(b, checkString(L, i)...)
	}
	if f.child == nil && f.r.Buffered() > 0 {
		if err := f.sync(); err != nil {
			return err
		}
	}
	return f.interruptible(L, func() error {
		_, err := f.f.Write(b)
		return err
	})
}

// close closes the file and pushes the results of io.close.
func (f *file) close(L *glua.LState) int {
	if f.standard {
		return push(L, glua.LNil, glua.LString("cannot close standard file"))
	}
	f.closed = true
	err := f.f.Close()
	if f.child == nil {
		if err != nil {
			return failure(L, errorText(err), errorNumber(err))
		}
		return push(L, glua.LTrue)
	}
	var cancelled <-chan struct{}
	if ctx := L.Context(); ctx != nil {
		cancelled = ctx.Done()
	}
	select {
	case <-f.child.done:
	case <-cancelled:
		f.child.kill()
		interrupt(L)
	}
	return pushExit(L, f.child.cmd.ProcessState, f.child.err)
}

// read reads by formats, which were given from argument first on, or a line without any. It pushes a value for each,
// the last being nil if there is no more; err is a failure other than the end.
func (f *file) read(L *glua.LState, formats []glua.LValue, first int) (n int, err error) {
	if len(formats) == 0 {
		formats = []glua.LValue{glua.LString("l")}
	}
	for i, format := range formats {
		var v glua.LValue
		err = f.interruptible(L, func() (err error) {
			v, err = f.readOne(L, format, first+i)
			return err
		})
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
		return f.readBytes(int64(n))
	}
	name, _ := toText(format)
	switch name = strings.TrimPrefix(name, "*"); {
	case strings.HasPrefix(name, "l"):
		return f.readLine(false)
	case strings.HasPrefix(name, "L"):
		return f.readLine(true)
	case strings.HasPrefix(name, "a"):
		b, err := io.ReadAll(f.r)
		return glua.LString(b), err
	case strings.HasPrefix(name, "n"):
		return f.readNumber()
	}
	argError(L, arg, "invalid format")
	return nil, nil
}

// readBytes reads up to n bytes; 0 bytes are an empty string unless the file is at its end.
func (f *file) readBytes(n int64) (glua.LValue, error) {
	if n <= 0 {
		if _, err := f.r.Peek(1); err != nil {
			return glua.LNil, err
		}
		return glua.LString(""), nil
	}
	var b bytes.Buffer // grows as data comes: n may be larger than any memory
	if _, err := io.CopyN(&b, f.r, n); err != nil && b.Len() == 0 {
		return glua.LNil, err
	}
	return glua.LString(b.String()), nil
}

func (f *file) readLine(keep bool) (glua.LValue, error) {
	line, err := f.r.ReadBytes('\n')
	if err != nil && len(line) == 0 {
		return glua.LNil, err
	}
	if !keep {
		line = bytes.TrimSuffix(line, []byte("\n"))
	}
	return glua.LString(line), err
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
