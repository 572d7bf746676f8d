package lua53

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// programs writes random Lua programs that exercise what gopher-lua's compiler has trouble with: assignments between
// locals and parameters, jumps out of blocks with captured locals, multiple results. All numbers are integers and
// every loop ends, so that Lua 5.3 prints the same.
type programs struct {
	r      *rand.Rand
	b      strings.Builder
	indent int
	nums   []string // numeric variables in scope
	strs   []string // string variables in scope
	loops  int      // loops around, in this function
	labels int
	fresh  int
}

func (p *programs) line(format string, args ...any) {
	fmt.Fprintf(&p.b, "%s"+format+"\n", append([]any{strings.Repeat(" ", p.indent)}, args...)...)
}

func (p *programs) name(prefix string) string {
	p.fresh++
	return fmt.Sprintf("%s%d", prefix, p.fresh)
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func (p *programs) num(depth int) string {
	if depth <= 0 || p.r.IntN(3) == 0 {
		if p.r.IntN(3) == 0 {
			return fmt.Sprint(p.r.IntN(10))
		}
		return pick(p.r, p.nums...)
	}
	a, b := p.num(depth-1), p.num(depth-1)
	return pick(p.r,
		fmt.Sprintf("(%s + %s) %% 997", a, b), fmt.Sprintf("(%s - %s)", a, b), "#"+p.str(0), "id("+a+")", "(id("+a+"))",
		fmt.Sprintf("(two(%s, %s))", a, b), fmt.Sprintf("(%s and %s)", a, b), fmt.Sprintf("(%s < %s and %s or %s)", a, b, b, a),
		fmt.Sprintf("select(2, %s, %s)", a, b), fmt.Sprintf("({two(%s, %s)})[2]", a, b),
		fmt.Sprintf("(function(...) local x, y = ... x, y = y, x return y end)(%s, %s)", a, b),
		fmt.Sprintf("(function(x) x = (id(x)) x = x and id(x) or 1 return x end)(%s)", a),
		fmt.Sprintf("({%s, k = %s}).k", a, b), fmt.Sprintf("obj:add(%s)", a), fmt.Sprintf("(nil or id(%s))", a))
}

func (p *programs) cond(depth int) string {
	a, b := p.num(1), p.num(1)
	if depth <= 0 {
		return pick(p.r, a+" < "+b, a+" == "+b, a+" ~= "+b, "true", "nil", "not id("+a+")", p.str(0)+" == "+p.str(0))
	}
	return pick(p.r, "("+p.cond(depth-1)+" and "+p.cond(depth-1)+")", "("+p.cond(depth-1)+" or "+p.cond(depth-1)+")",
		"not ("+p.cond(depth-1)+")", "id("+p.cond(depth-1)+")", a+" >= "+b)
}

func (p *programs) str(depth int) string {
	if depth <= 0 || p.r.IntN(3) == 0 {
		return pick(p.r, append(p.strs, `"q"`)...)
	}
	a, b := p.str(depth-1), p.str(depth-1)
	return pick(p.r, fmt.Sprintf("cut(%s .. %s)", a, b), fmt.Sprintf("cut(%s .. %s .. %s)", a, p.num(1), b),
		fmt.Sprintf("(%s or %s)", a, b), "("+a+"):upper()", fmt.Sprintf("id(%s)", a), fmt.Sprintf("(string.gsub(%s, 'q', 'z'))", a))
}

// block writes statements in a new scope.
func (p *programs) block(size, depth int) {
	nums, strs := len(p.nums), len(p.strs)
	p.indent++
	for range 1 + p.r.IntN(size) {
		p.statement(depth)
	}
	p.indent--
	p.nums, p.strs = p.nums[:nums:nums], p.strs[:strs:strs]
}

func (p *programs) statement(depth int) {
	kind := p.r.IntN(20)
	if depth <= 0 && kind >= 8 && kind < 16 {
		kind -= 8
	}
	switch kind {
	case 0, 19:
		v := p.name("n")
		p.line("local %s = %s", v, p.num(2))
		p.nums = append(p.nums, v)
	case 1:
		v, w := p.name("n"), p.name("s")
		p.line("local %s, %s = %s, %s", v, w, p.num(1), p.str(1))
		p.nums, p.strs = append(p.nums, v), append(p.strs, w)
	case 2:
		p.line("%s = %s", pick(p.r, p.nums...), p.num(2))
	case 3:
		p.line("%s, %s = %s, %s", pick(p.r, p.nums...), pick(p.r, p.nums...), p.num(1), p.num(1))
	case 4:
		p.line("%s, obj.v, %s = %s, %s", pick(p.r, p.nums...), pick(p.r, p.nums...), p.num(0), pick(p.r,
			fmt.Sprintf("two(%s, %s)", p.num(1), p.num(1)), fmt.Sprintf("%s, %s", p.num(1), p.num(1))))
	case 5:
		p.line("%s = %s", pick(p.r, p.strs...), p.str(2))
		p.line("%s = %s and %s or %s", pick(p.r, p.strs...), p.cond(2), p.str(1), p.str(1))
		p.line("out(%s)", p.cond(3))
	case 6:
		p.line("out(%s, %s)", p.num(2), p.str(1))
	case 7, 18:
		v := pick(p.r, p.nums...)
		p.line("keep(function() %s = (%s + 1) %% 997 return %s end)", v, v, pick(p.r, p.nums...))
	case 8, 9:
		p.loop(depth)
	case 10:
		p.line("do")
		p.block(3, depth-1)
		p.line("end")
	case 11, 12:
		p.line("if %s then", p.cond(p.r.IntN(4)))
		p.block(3, depth-1)
		if p.r.IntN(3) == 0 {
			p.line("elseif %s then", p.cond(2))
			p.block(2, depth-1)
		}
		if p.r.IntN(2) == 0 {
			p.line("else")
			p.block(3, depth-1)
		}
		p.line("end")
	case 13:
		p.function(depth)
	case 14, 15, 16, 17:
		if p.loops > 0 {
			p.line("if %s < %s then break end", p.num(1), p.num(1))
		}
	}
}

func (p *programs) loop(depth int) {
	p.labels++
	label := fmt.Sprintf("next%d", p.labels)
	v, kind := p.name("n"), p.r.IntN(4)
	switch kind {
	case 0:
		p.line("for %s = 1, %d do", v, 1+p.r.IntN(4))
	case 1:
		p.line("for _, %s in ipairs{%s, %s} do", v, p.num(1), p.num(1))
	case 2:
		p.line("local %s = 0 while %s < 3 and not (%s) do %s = %s + 1", v, v, p.cond(2), v, v)
	case 3:
		p.line("local %s = 0 repeat %s = %s + 1", v, v, v)
	}
	p.nums = append(p.nums, v)
	outer := p.nums
	p.loops++
	p.indent++
	guarded := p.r.IntN(2) == 0 && kind != 3
	if guarded {
		p.line("if %s < %s then goto %s end", p.num(1), p.num(1), label)
	}
	// The counters of while and repeat must keep growing: inside, other variables stand for them.
	p.nums = p.nums[: len(p.nums)-1 : len(p.nums)-1]
	p.line("do")
	p.block(4, depth-1)
	p.line("end")
	if guarded {
		p.line("::%s::", label)
	}
	p.indent--
	p.loops--
	p.nums = outer
	if kind == 3 {
		p.line("until %s >= 3 or %s", v, p.cond(2))
		return
	}
	p.line("end")
	if kind < 2 {
		p.nums = p.nums[: len(p.nums)-1 : len(p.nums)-1]
	}
}

func (p *programs) function(depth int) {
	f, a, b := p.name("f"), p.name("n"), p.name("n")
	p.line("local function %s(%s, %s)", f, a, b)
	nums, loops := p.nums, p.loops
	p.nums, p.loops = append(p.nums[:len(p.nums):len(p.nums)], a, b), 0
	p.block(4, depth-1)
	p.indent++
	p.line("%s = (id(%s))", b, b)
	p.line("return %s, %s", b, a)
	p.indent--
	p.nums, p.loops = nums, loops
	p.line("end")
	p.line("out(%s(%s, %s))", f, p.num(1), p.num(1))
}

const programPrelude = `
local function show(v) return type(v) == 'number' and string.format('%d', v) or tostring(v) end
local function id(x) return x end
local function two(x, y) return x, y end
local function cut(s) return s:sub(1, 12) end
`

func (p *programs) program(k int) {
	p.nums, p.strs, p.loops = []string{"a", "b"}, []string{"s"}, 0
	p.line("do")
	p.line("local lines, kept, obj = {}, {}, {v = 1}")
	p.line("function obj:add(x) self.v, x = (self.v + x) %% 997, self.v return x end")
	p.line("local function out(...) for i = 1, select('#', ...) do lines[#lines + 1] = show((select(i, ...))) end end")
	p.line("local function keep(f) kept[#kept + 1] = f end")
	p.line("local function main(s, a, b)")
	p.block(8, 3)
	p.line(" out(a, b, s)")
	p.line("end")
	p.line("local ok, e = pcall(main, 's', 5, 7)")
	p.line("if not ok then print(%d, 'error', e) end", k)
	p.line("for _ = 1, 2 do for i = 1, math.min(#kept, 30) do out(kept[i]()) end end")
	p.line("print(%d, table.concat(lines, ' '))", k)
	p.line("end")
}

// TestRandomPrograms runs random programs in Lua 5.3 and here.
func TestRandomPrograms(t *testing.T) {
	for _, seed := range seeds(t) {
		p := &programs{r: rand.New(rand.NewPCG(uint64(seed), 1))}
		p.b.WriteString(programPrelude)
		for k := range 150 {
			p.program(k)
		}
		compareWithLua53(t, fmt.Sprintf("programs%d.lua", seed), p.b.String())
	}
}

// compareWithLua53 runs a script in Lua 5.3 and here; both must print the same.
func compareWithLua53(t *testing.T, name, script string, env ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	want := lua53(t, path, env...)
	L := NewState()
	defer Close(L)
	got, err := run(t, L, path, script)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	diffLines(t, name, script, got, want)
}

// diffLines reports the first lines that differ.
func diffLines(t *testing.T, name, script, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	faults := 0
	for i := range max(len(g), len(w)) {
		a, b := "(nothing)", "(nothing)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Errorf("%s, line %d of the output:\n got  %q\n want %q", name, i+1, a, b)
			if faults++; faults == 5 {
				break
			}
		}
	}
	if faults > 0 && os.Getenv("DIALECT_KEEP") != "" {
		_ = os.WriteFile(filepath.Join(os.Getenv("DIALECT_KEEP"), name), []byte(script), 0o600)
	}
}
