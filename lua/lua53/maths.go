package lua53

import (
	"math"

	glua "github.com/yuin/gopher-lua"
)

// maxInteger is the largest integral number that converts to a 64 bit integer: 2^63-1024, as 2^63-1 is no float.
const maxInteger = 1<<63 - 1024

var mathFuncs = map[string]glua.LGFunction{
	"atan":       mathAtan,
	"fmod":       mathFmod,
	"log":        mathLog,
	"modf":       mathModf,
	"random":     mathRandom,
	"randomseed": mathRandomseed,
	"tointeger":  mathTointeger,
	"type":       mathType,
	"ult":        mathUlt,
}

func mathAtan(L *glua.LState) int {
	x := 1.0
	if L.Get(2) != glua.LNil {
		x = checkNumber(L, 2)
	}
	return push(L, glua.LNumber(math.Atan2(checkNumber(L, 1), x)))
}

func mathFmod(L *glua.LState) int {
	a, b := checkNumber(L, 1), checkNumber(L, 2)
	if b == 0 && isInteger(a) {
		argError(L, 2, "zero")
	}
	return push(L, glua.LNumber(math.Mod(a, b)))
}

func mathLog(L *glua.LState) int {
	x := checkNumber(L, 1)
	if L.Get(2) == glua.LNil {
		return push(L, glua.LNumber(math.Log(x)))
	}
	switch base := checkNumber(L, 2); base {
	case 2:
		return push(L, glua.LNumber(math.Log2(x)))
	case 10:
		return push(L, glua.LNumber(math.Log10(x)))
	default:
		return push(L, glua.LNumber(math.Log(x)/math.Log(base)))
	}
}

func mathModf(L *glua.LState) int {
	x := checkNumber(L, 1)
	if math.IsInf(x, 0) {
		return push(L, glua.LNumber(x), glua.LNumber(0))
	}
	whole, fraction := math.Modf(x)
	return push(L, glua.LNumber(whole), glua.LNumber(fraction))
}

func mathRandom(L *glua.LState) int {
	random := hostOf(L).random
	low, high := int64(1), int64(0)
	switch L.GetTop() {
	case 0:
		return push(L, glua.LNumber(random.Float64()))
	case 1:
		high = checkInt64(L, 1)
	case 2:
		low, high = checkInt64(L, 1), checkInt64(L, 2)
	default:
		L.RaiseError("wrong number of arguments")
	}
	if low > high {
		argError(L, 1, "interval is empty")
	}
	width := uint64(high) - uint64(low) + 1
	if width == 0 { // all of int64
		return push(L, glua.LNumber(int64(random.Uint64())))
	}
	return push(L, glua.LNumber(low+int64(random.Uint64N(width))))
}

func mathRandomseed(L *glua.LState) int {
	hostOf(L).seed(math.Float64bits(checkNumber(L, 1)))
	return 0
}

func mathTointeger(L *glua.LState) int {
	if n, ok := checkAny(L, 1).(glua.LNumber); ok && isInteger(float64(n)) {
		return push(L, n)
	}
	return push(L, glua.LNil)
}

// mathType calls every integral number an integer, for lack of two subtypes.
func mathType(L *glua.LState) int {
	n, ok := checkAny(L, 1).(glua.LNumber)
	switch {
	case !ok:
		return push(L, glua.LNil)
	case isInteger(float64(n)):
		return push(L, glua.LString("integer"))
	}
	return push(L, glua.LString("float"))
}

func mathUlt(L *glua.LState) int {
	return push(L, glua.LBool(uint64(checkInt64(L, 1)) < uint64(checkInt64(L, 2))))
}
