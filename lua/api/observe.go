package api

import (
	"sync"

	"lsyncgo/lua"
	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// observers are the file descriptors that scripts want to be told about. The
// map belongs to the owner of the runtime; each observer has a goroutine that
// waits and posts.
type observers struct {
	r       *Scripts
	byFD    map[int]*observer
	running sync.WaitGroup
}

type observer struct {
	fd            int
	ready, writey glua.LValue
	done          chan struct{} // closed to end the goroutine
	again         chan struct{} // the callbacks have run: wait for more
	wake          func()        // interrupts the waiting; nil until started
}

// globalObserve is observefd(fd, ready, writey).
func (r *Scripts) globalObserve(L *glua.LState) int {
	fd := L.CheckInt(1)
	o := &observer{fd: fd, ready: L.Get(2), writey: L.Get(3), done: make(chan struct{}), again: make(chan struct{}, 1)}
	if fd < 0 {
		L.RaiseError("observefd: %d is no file descriptor", fd)
	}
	for _, f := range []glua.LValue{o.ready, o.writey} {
		if f.Type() != glua.LTFunction && f != glua.LNil {
			L.RaiseError("observefd: a callback must be a function or nil, not %s", values.Describe(f))
		}
	}
	r.observed.remove(fd)
	if r.observed.byFD == nil {
		r.observed.byFD = map[int]*observer{}
	}
	r.observed.byFD[fd] = o
	if r.Core() != nil {
		if err := r.observed.run(o); err != nil {
			L.RaiseError("observefd: %v", err)
		}
	}
	return 0
}

// globalNonobserve is nonobservefd(fd).
func (r *Scripts) globalNonobserve(L *glua.LState) int {
	r.observed.remove(L.CheckInt(1))
	return 0
}

// start begins to wait for everything that was asked for while loading.
func (w *observers) start() {
	for _, o := range w.byFD {
		if err := w.run(o); err != nil {
			w.r.Log.Log("Error", "observefd ", o.fd, ": ", err)
		}
	}
}

func (w *observers) remove(fd int) {
	if o := w.byFD[fd]; o != nil {
		delete(w.byFD, fd)
		close(o.done)
		if o.wake != nil {
			o.wake()
		}
	}
}

func (w *observers) close() {
	for fd := range w.byFD {
		w.remove(fd)
	}
	w.running.Wait()
}

// call runs an observer's callbacks on the goroutine of the loop.
func (w *observers) call(o *observer, readable, writable bool) {
	if w.byFD[o.fd] != o {
		return
	}
	for f, wanted := range map[glua.LValue]bool{o.ready: readable, o.writey: writable} {
		if !wanted || f == glua.LNil {
			continue
		}
		if err := lua.WithoutExit(w.r.Call("observefd", f, 0, glua.LNumber(o.fd))); err != nil {
			w.r.Log.Log("Error", err, "; file descriptor ", o.fd, " is not observed any more")
			w.remove(o.fd)
			return
		}
	}
	o.again <- struct{}{}
}
