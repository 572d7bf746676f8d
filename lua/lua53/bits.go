package lua53

import (
	"math"
	"math/bits"

	glua "github.com/yuin/gopher-lua"
)

var bitFuncs = map[string]glua.LGFunction{
	"arshift": bitArshift,
	"band":    func(L *glua.LState) int { return pushBits(L, fold(L, ^uint32(0), and)) },
	"bnot":    func(L *glua.LState) int { return pushBits(L, ^checkBits(L, 1)) },
	"bor":     func(L *glua.LState) int { return pushBits(L, fold(L, 0, or)) },
	"btest":   func(L *glua.LState) int { return push(L, glua.LBool(fold(L, ^uint32(0), and) != 0)) },
	"bxor":    func(L *glua.LState) int { return pushBits(L, fold(L, 0, xor)) },
	"extract": bitExtract,
	"lrotate": func(L *glua.LState) int { return pushBits(L, bits.RotateLeft32(checkBits(L, 1), checkInt(L, 2)%32)) },
	"lshift":  func(L *glua.LState) int { return pushBits(L, shift(checkBits(L, 1), checkInt(L, 2))) },
	"replace": bitReplace,
	"rrotate": func(L *glua.LState) int { return pushBits(L, bits.RotateLeft32(checkBits(L, 1), -(checkInt(L, 2)%32))) },
	"rshift":  func(L *glua.LState) int { return pushBits(L, shift(checkBits(L, 1), -checkInt(L, 2))) },
}

func and(a, b uint32) uint32 { return a & b }
func or(a, b uint32) uint32  { return a | b }
func xor(a, b uint32) uint32 { return a ^ b }

func fold(L *glua.LState, acc uint32, f func(a, b uint32) uint32) uint32 {
	for i := 1; i <= L.GetTop(); i++ {
		acc = f(acc, checkBits(L, i))
	}
	return acc
}

// checkBits takes a number modulo 2^32.
func checkBits(L *glua.LState, n int) uint32 {
	f := checkNumber(L, n)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		argError(L, n, "number has no integer representation")
	}
	f = math.Mod(math.RoundToEven(f), 1<<32)
	if f < 0 {
		f += 1 << 32
	}
	return uint32(f)
}

func pushBits(L *glua.LState, v uint32) int { return push(L, glua.LNumber(v)) }

// shift shifts to the left by n, or to the right if n is negative. Go shifts by the width or more give 0, as wanted.
func shift(v uint32, n int) uint32 {
	if n < 0 {
		return v >> uint(-n)
	}
	return v << uint(n)
}

func bitArshift(L *glua.LState) int {
	v, n := checkBits(L, 1), checkInt(L, 2)
	if n < 0 {
		return pushBits(L, shift(v, -n))
	}
	return pushBits(L, uint32(int32(v)>>uint(n)))
}

// checkField reads the arguments n and n+1: a field's first bit and its width.
func checkField(L *glua.LState, n int) (first int, mask uint32) {
	first, width := checkInt(L, n), optInt(L, n+1, 1)
	switch {
	case first < 0:
		argError(L, n, "field cannot be negative")
	case width < 1:
		argError(L, n+1, "width must be positive")
	case first > 32-width:
		L.RaiseError("trying to access non-existent bits")
	}
	return first, uint32(1<<uint(width) - 1)
}

func bitExtract(L *glua.LState) int {
	v := checkBits(L, 1)
	first, mask := checkField(L, 2)
	return pushBits(L, v>>uint(first)&mask)
}

func bitReplace(L *glua.LState) int {
	v, field := checkBits(L, 1), checkBits(L, 2)
	first, mask := checkField(L, 3)
	return pushBits(L, v&^(mask<<uint(first))|(field&mask)<<uint(first))
}
