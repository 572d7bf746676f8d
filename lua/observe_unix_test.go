//go:build unix

package lua_test

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

// post runs the next callback that another goroutine has posted, as the loop would.
func (st *stage) post() {
	st.Helper()
	select {
	case f := <-st.posts:
		f()
	case <-time.After(10 * time.Second):
		st.Fatalf("nothing was posted; logged: %q", st.log.lines)
	}
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() }) // closed already by some tests
	return r, w
}

// §2 observefd on a pipe: asked for while loading, called back as long as there is something to read, and
// not any more after nonobservefd.
func TestObservePipe(t *testing.T) {
	r, w := pipe(t)
	st := start(t, fmt.Sprintf(`
local calls = 0
observefd(%d, function(fd)
	same(fd, %[1]d)
	calls = calls + 1
	ok('readable ' .. calls)
	if calls == 3 then
		nonobservefd(fd)
	end
end)
sync{ source = source, onCreate = true }`, r.Fd()))
	buf := make([]byte, 10)
	for i := range 3 {
		if _, err := io.WriteString(w, "x"); err != nil {
			t.Fatal(err)
		}
		st.post()
		st.claim("Ok", fmt.Sprint("readable ", i+1))
		if i < 2 {
			if n, err := r.Read(buf); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
	}
	// There is still something to read, but nobody wants to know: nothing may be posted any more.
	st.close(st.rt)
	select {
	case <-st.posts:
		t.Error("called back after nonobservefd")
	default:
	}
	st.quiet()
}

// What was posted before nonobservefd and comes after it is dropped.
// §2: nonobservefd.
func TestObserveLate(t *testing.T) {
	r, w := pipe(t)
	st := start(t, fmt.Sprintf(`observefd(%d, function(fd) ok('late') end)
alarm(now() + 1, function() nonobservefd(%[1]d) end)
sync{ source = source, onCreate = true }`, r.Fd()))
	if _, err := w.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	late := <-st.posts
	st.advance(time.Second)
	late()
	st.quiet()
}

// The end of a pipe counts as readable.
// §2: observefd.
func TestObserveEnd(t *testing.T) {
	r, w := pipe(t)
	st := start(t, fmt.Sprintf(`observefd(%d, function(fd) ok('end') end)
sync{ source = source, onCreate = true }`, r.Fd()))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		st.post()
		st.claim("Ok", "end")
	}
}

// A socket is both: readable when the other side has written, writable at once. Observed from a callback.
// §2: observefd with both callbacks.
func TestObserveSocket(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours := os.NewFile(uintptr(fds[1]), "ours")
	t.Cleanup(func() { _, _ = ours.Close(), syscall.Close(fds[0]) }) // nothing to save
	st := start(t, fmt.Sprintf(`
local function ready(fd) ok('ready') end
alarm(now() + 1, function()
	observefd(%d, ready, function(fd)
		ok('writey')
		-- Replaces what was there: from now on only reading counts.
		observefd(fd, ready)
	end)
end)
sync{ source = source, onCreate = true }`, fds[0]))
	st.advance(time.Second)
	st.post()
	st.claim("Ok", "writey")
	if _, err := ours.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	st.post()
	st.claim("Ok", "ready")
	st.quiet()
}

// A fault of a callback ends the observing of this descriptor, not of others.
// §2: lsyncd.observe_fd and lsyncd.nonobserve_fd.
func TestObserveFault(t *testing.T) {
	r, w := pipe(t)
	r2, w2 := pipe(t)
	st := start(t, fmt.Sprintf(`
observefd(%d, function() error('a fault') end)
observefd(%d, function() ok('other') end)
fails('is no file descriptor', observefd, -1, print)
fails('a callback must be a function or nil', lsyncd.observe_fd, 5, 'x')
lsyncd.nonobserve_fd(12345)
sync{ source = source, onCreate = true }`, r.Fd(), r2.Fd()))
	for _, f := range []*os.File{w, w2} {
		if _, err := f.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		st.post()
	}
	st.claim("Error", "a fault")
	st.claim("Ok", "other")
	st.post()
	st.claim("Ok", "other")
	st.quiet()
}
