package lua53

import (
	"fmt"
	"runtime"
	"sort"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// describable is how many calls a stack has at most of which gopher-lua describes an error itself. It takes time that
// grows with the square of the depth, and memory for each tail call that there ever was.
const describable = 100

// ProtectedCall is LState.PCall, whose errors cost little however deep they come from.
func ProtectedCall(L *glua.LState, nargs, nret int, handler *glua.LFunction) error {
	L.Insert(L.NewFunction(describing), L.GetTop()-nargs)
	return L.PCall(nargs+1, nret, handler)
}

// describing calls its first argument with the others, and gives an error from a deep stack its traceback, which
// LState.PCall would make otherwise. It has to do so before the stack is taken down.
func describing(L *glua.LState) int {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		if depth := callDepth(L); depth > describable {
			fault = described(L, fault, depth)
		}
		panic(fault)
	}()
	L.Call(L.GetTop()-1, glua.MultRet)
	return L.GetTop()
}

// described is what a call has panicked with as an error of LState.PCall, with its traceback.
func described(L *glua.LState, fault any, depth int) *glua.ApiError {
	err, ok := fault.(*glua.ApiError)
	if !ok {
		err = &glua.ApiError{Type: glua.ApiErrorPanic, Object: glua.LString(fmt.Sprint(fault))}
	}
	if err.StackTrace != "" {
		return err
	}
	err.StackTrace = "stack traceback:" + strings.ReplaceAll(strings.Join(calls(L, 0, depth), ""), "\n\t[C]:", "\n\t[G]:")
	if !ok {
		text := make([]byte, 4096)
		err.StackTrace = string(text[:runtime.Stack(text, false)]) + "\n" + err.StackTrace
	}
	return err
}

// callDepth is how deep calls are nested in L. Tail calls count, too.
func callDepth(L *glua.LState) int {
	within := func(level int) bool { _, ok := L.GetStack(level); return ok }
	above := 8
	for within(above) {
		above *= 2
	}
	return sort.Search(above, func(level int) bool { return !within(level) })
}
