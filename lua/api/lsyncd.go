package api

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/process"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/values"
)

// globalReaddir is readdir(path): names, true for a directory.
func (r *Scripts) globalReaddir(L *glua.LState) int {
	path := r.Anchored(L.CheckString(1))
	entries, err := lua53.Away(L, func() ([]os.DirEntry, error) { return os.ReadDir(path) })
	if err != nil {
		r.Log.Log("Error", "readdir: ", err)
		L.Push(glua.LNil)
		return 1
	}
	t := L.CreateTable(0, len(entries))
	for _, e := range entries {
		t.RawSetString(e.Name(), glua.LBool(e.IsDir()))
	}
	L.Push(t)
	return 1
}

// lsyncdRealdir returns a directory with symlinks resolved and a slash at its end, nil if it is none.
func (r *Scripts) lsyncdRealdir(L *glua.LState) int {
	given := r.Anchored(L.CheckString(1))
	path, err := lua53.Away(L, func() (string, error) {
		path, err := filepath.EvalSymlinks(given)
		if err != nil {
			return "", err
		}
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		return path, err
	})
	if err != nil {
		L.Push(glua.LNil)
		return 1
	}
	L.Push(glua.LString(values.WithSlash(path)))
	return 1
}

// lsyncdKill is kill(pid, signal): 0, or -1 if it failed. Only single processes
// can be meant: 0, -1 and process groups cannot.
func lsyncdKill(L *glua.LState) int {
	pid := L.CheckInt(1)
	if pid <= 1 {
		L.RaiseError("kill: %d is not the id of a process of your own", pid)
	}
	code := 0
	if err := kill(pid, L.OptInt(2, 15)); err != nil {
		code = -1
	}
	L.Push(glua.LNumber(code))
	return 1
}

// lsyncdFreePort returns a TCP port of localhost that nobody listens on.
func lsyncdFreePort(L *glua.LState) int {
	port, err := process.FreePort(context.Background(), "127.0.0.1") // an address is not looked up
	if err != nil {
		L.RaiseError("get_free_port: %v", err)
	}
	L.Push(glua.LNumber(port))
	return 1
}

// lsyncdFileSize returns the size in bytes, nil if there is no such file.
func (r *Scripts) lsyncdFileSize(L *glua.LState) int {
	path := r.Anchored(L.CheckString(1))
	info, err := lua53.Away(L, func() (os.FileInfo, error) { return os.Stat(path) })
	if err != nil {
		L.Push(glua.LNil)
		return 1
	}
	L.Push(glua.LNumber(info.Size()))
	return 1
}

// lsyncdProcessInfo tells about a process: pid, name and command line, nil if it does not run.
func lsyncdProcessInfo(L *glua.LState) int {
	pid := L.OptInt(1, os.Getpid())
	name, cmdline, ok := processInfo(pid)
	if !ok {
		L.Push(glua.LNil)
		return 1
	}
	t := L.NewTable()
	t.RawSetString("pid", glua.LNumber(pid))
	t.RawSetString("name", glua.LString(name))
	t.RawSetString("cmdline", glua.LString(cmdline))
	L.Push(t)
	return 1
}

// lsyncdJiffies returns what can be added to a timestamp: seconds.
func lsyncdJiffies(L *glua.LState) int {
	L.Push(L.CheckNumber(1))
	return 1
}

func lsyncdSplit(L *glua.LState) int {
	text := L.CheckString(1)
	lua53.Room(L, 20*len(text)) // when every other byte is a word
	t := L.NewTable()
	for _, word := range values.SplitQuoted(text) {
		t.Append(glua.LString(word))
	}
	L.Push(t)
	return 1
}

// lsyncdInherit is inherit(dst, src, verbatim).
func lsyncdInherit(L *glua.LState) int {
	values.Inherit(L, L.CheckTable(1), L.CheckTable(2), L.OptBool(3, false))
	return 0
}

// lsyncdDump returns any value as text.
func lsyncdDump(L *glua.LState) int {
	L.Push(glua.LString(values.Shown(L, L.Get(1))))
	return 1
}

// lsyncdFind is find(binary): its path, or nil and what to do about it.
func lsyncdFind(L *glua.LState) int {
	path, err := process.Find(L.CheckString(1))
	if err != nil {
		L.Push(glua.LNil)
		L.Push(glua.LString(err.Error()))
		return 2
	}
	L.Push(glua.LString(path))
	return 1
}

// lsyncdControlPath returns a value for ssh's ControlPath, in a directory that
// nobody else can enter; nil if there cannot be one, which is said once.
func (r *Scripts) lsyncdControlPath(L *glua.LState) int {
	path, err := r.sockets.path()
	if err != nil {
		if !r.sockets.failing {
			r.Log.Log("Warn", "ssh connections are not shared: ", err)
		}
		r.sockets.failing = true
		L.Push(glua.LNil)
		return 1
	}
	r.sockets.failing = false
	L.Push(glua.LString(path))
	return 1
}
