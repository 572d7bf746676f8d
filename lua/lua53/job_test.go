package lua53

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// jobState is a state with a function, wait, that suspends the job, and gives what it is resumed with.
func jobState(t *testing.T, limits Limits) *glua.LState {
	t.Helper()
	L := NewState()
	t.Cleanup(func() { Close(L) })
	LimiterOf(L).Set(limits)
	L.SetGlobal("wait", L.NewFunction(func(L *glua.LState) int { return Suspend(L, "wait") }))
	return L
}

func newJob(t *testing.T, L *glua.LState, source string) *Job {
	t.Helper()
	proto, err := Compile("job.lua", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return NewJob(L, L.NewFunctionFromProto(proto))
}

// step resumes a job as a call of its own.
func step(L *glua.LState, j *Job, args ...glua.LValue) (result string, over bool, err error) {
	limiter := LimiterOf(L)
	limiter.Enter()
	defer limiter.Leave()
	values, over, err := j.Resume(args...)
	if cause := limiter.Cause(); cause != nil {
		err = errors.Join(err, cause)
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, v.String())
	}
	return strings.Join(texts, " "), over, err
}

// waits are the ways to wait twice, each of which has to return "1 2".
var waits = map[string]string{
	"directly":             `local a = wait() local b = wait() return a .. ' ' .. b`,
	"as the last call":     `local function f() return wait() end local a = f() return a .. ' ' .. wait()`,
	"in pcall":             `local _, a = pcall(wait) local _, b = pcall(function() return wait() end) return a .. ' ' .. b`,
	"in xpcall":            `local _, a, b = xpcall(function() local a = wait() return a, wait() end, debug.traceback) return a .. ' ' .. b`,
	"in pcall that fails":  `local _, e = pcall(function() local a = wait() error(a .. ' ' .. wait(), 0) end) return e`,
	"in nested pcall":      `local a, b = select(3, pcall(pcall, function() return wait(), wait() end)) return a .. ' ' .. b`,
	"in a coroutine":       `local co = coroutine.wrap(function() coroutine.yield(wait()) return wait() end) return co() .. ' ' .. co()`,
	"in create and resume": `local co = coroutine.create(function() return wait() end) local _, a = coroutine.resume(co) return a .. ' ' .. wait()`,
	"in coroutines deep":   `local function deep(n) if n == 0 then return wait() .. ' ' .. wait() end return coroutine.wrap(function() return (deep(n - 1)) end)() end return deep(20)`,
	"in pcall in one":      `local co = coroutine.wrap(function() return select(2, pcall(function() coroutine.yield(wait()) return wait() end)) end) return co() .. ' ' .. co()`,
	"in an iterator":       `local t = {} for v in function() if #t < 2 then return wait() end end do t[#t + 1] = v end return table.concat(t, ' ')`,
	"in a generator":       `local t = {} for v in coroutine.wrap(function() for _ = 1, 2 do coroutine.yield(wait()) end end) do t[#t + 1] = v end return table.concat(t, ' ')`,
	"in a metamethod":      `local t = setmetatable({}, {__index = function() return wait() end, __add = function() return wait() end}) return t.x .. ' ' .. (t + 1)`,
	"in sort":              `local t = {} table.sort({1, 2}, function(a, b) if #t < 2 then t[1] = wait() t[2] = wait() end return a < b end) return table.concat(t, ' ')`,
	"in gsub":              `return (('xx'):gsub('x', function() return wait() .. ' ' end):gsub(' $', ''))`,
	"after much depth":     `local function f(n) if n == 0 then return wait() end local v = f(n - 1) return v end return f(100) .. ' ' .. f(1000)`,
}

func TestJobWaits(t *testing.T) {
	for name, source := range waits {
		t.Run(name, func(t *testing.T) {
			L := jobState(t, Limits{Time: time.Minute})
			j := newJob(t, L, source)
			for i := range 2 {
				if got, over, err := step(L, j, glua.LNumber(i)); over || err != nil {
					t.Fatalf("resume %d: %q, over %t, %v", i, got, over, err)
				}
				// Another call in between finds nothing changed.
				if err := L.DoString(`assert(coroutine.running() and select(2, coroutine.running()) == true)`); err != nil {
					t.Fatal(err)
				}
			}
			if got, over, err := step(L, j, glua.LNumber(2)); got != "1 2" || !over || err != nil {
				t.Fatalf("%q, over %t, %v", got, over, err)
			}
			if _, over, err := step(L, j); !over || !errors.Is(err, errOverJob) {
				t.Fatalf("a job that is over: %t, %v", over, err)
			}
		})
	}
}

// TestJobsInterleaved has many jobs wait in all ways at once, resumed in turn.
func TestJobsInterleaved(t *testing.T) {
	L := jobState(t, Limits{Time: time.Minute})
	var jobs []*Job
	for range 20 {
		for _, source := range waits {
			jobs = append(jobs, newJob(t, L, source))
		}
	}
	for i := range 3 {
		for n, j := range jobs {
			if got, over, err := step(L, j, glua.LNumber(i)); err != nil || over != (i == 2) || over && got != "1 2" {
				t.Fatalf("job %d: %q, over %t, %v", n, got, over, err)
			}
		}
	}
}

// TestJobsKilled has jobs killed that wait in every way: none of their code runs any more.
func TestJobsKilled(t *testing.T) {
	for name, source := range waits {
		t.Run(name, func(t *testing.T) {
			L := jobState(t, Limits{Time: time.Minute})
			L.SetGlobal("ran", glua.LFalse)
			j := newJob(t, L, `pcall(function() xpcall(function() `+source+` end, function() ran = true end) ran = true end) ran = true`)
			if _, over, err := step(L, j); over || err != nil {
				t.Fatal(over, err)
			}
			j.Kill()
			if L.GetGlobal("ran") != glua.LFalse {
				t.Error("code of a job that was killed has run")
			}
			if got, over, err := step(L, newJob(t, L, `return 7`)); got != "7" || !over || err != nil {
				t.Errorf("the next job: %q, %t, %v", got, over, err)
			}
			if n := len(hostOf(L).carriers.jobs); n != 0 {
				t.Errorf("%d jobs are known", n)
			}
		})
	}
}

// nested has a function deep that calls f within n times pcall.
const nested = `local function deep(n, f)
	if n == 0 then return f() end
	local ok, e = pcall(deep, n - 1, f)
	if not ok then error(e, 0) end
end
`

func TestJobErrors(t *testing.T) {
	L := jobState(t, Limits{Time: time.Minute})
	for _, c := range []struct{ source, message, within string }{
		{"local function inner()\n wait()\n error('broken')\n end\n inner()\n return 1", "job.lua:3: broken", "job.lua:5"},
		{"wait()\n local co = coroutine.wrap(function()\n error('within') end)\n co()\n return 1", "job.lua:3: within", "job.lua:4"},
		{"wait() local t\n return t.x", "attempt to index", "job.lua:2"},
		{"wait()\n coroutine.yield()", "attempt to yield from outside a coroutine", "job.lua:2"},
		{"wait()\n local function f() return 1 + f() end\n return f()", "stack overflow", ""},
		{nested + "deep(150, function() wait() deep(100, print) end)", "C stack overflow", ""},
		{nested + `local co = coroutine.wrap(function() deep(150, function() coroutine.yield() deep(100, print) end) end)
			wait() co() co()`, "C stack overflow", ""},
	} {
		j := newJob(t, L, c.source)
		if _, over, err := step(L, j); over || err != nil {
			t.Fatal(over, err)
		}
		_, over, err := step(L, j)
		if err == nil || !over || !strings.Contains(err.Error(), c.message) || !strings.Contains(err.Error(), c.within) {
			t.Errorf("%q: %v", c.source, err)
		}
	}
	if err := L.DoString(`wait()`); err == nil || !strings.Contains(err.Error(), "wait works only inside a job") {
		t.Errorf("outside: %v", err)
	}
	if _, _, err := step(L, newJob(t, L, `me = coroutine.running() wait()`)); err != nil {
		t.Fatal(err)
	}
	if err := L.DoString(`assert(select(2, coroutine.resume(me)) == 'cannot resume a job')`); err != nil {
		t.Error(err)
	}
}

// TestJobsApart has jobs that exceed every limit end without harm to those that wait meanwhile.
func TestJobsApart(t *testing.T) {
	L := jobState(t, Limits{Time: time.Minute})
	var waiting []*Job
	for _, source := range waits {
		j := newJob(t, L, source)
		if _, over, err := step(L, j); over || err != nil {
			t.Fatal(over, err)
		}
		waiting = append(waiting, j)
	}
	brief := Limits{Time: 100 * time.Millisecond}
	small := Limits{Time: time.Minute, Memory: 64 << 20}
	long := Limits{Time: time.Minute}
	for source, c := range map[string]struct {
		limits Limits
		want   string
	}{
		`while true do end`: {brief, ErrTime.Error()},
		`pcall(function() wait() while true do end end) return 1`:                                                         {brief, ErrTime.Error()},
		`local co = coroutine.wrap(function() wait() while true do end end) co()`:                                         {brief, ErrTime.Error()},
		`local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end`:                                                {small, ErrMemory.Error()},
		`local function f() return 1 + f() end wait() f()`:                                                                {long, "stack overflow"},
		`local function f() return coroutine.wrap(function() return f() .. '' end)() end f()`:                             {long, "overflow"},
		`local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] .. '' end wait() return t.x`: {long, "overflow"},
	} {
		LimiterOf(L).Set(c.limits)
		j := newJob(t, L, source)
		_, over, err := step(L, j)
		if !over {
			_, over, err = step(L, j)
		}
		if !over || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: over %t, %v", source, over, err)
		}
	}
	LimiterOf(L).Set(long)
	for _, j := range waiting {
		if _, over, err := step(L, j, glua.LNumber(1)); over || err != nil {
			t.Fatal(over, err)
		}
		if got, over, err := step(L, j, glua.LNumber(2)); got != "1 2" || !over || err != nil {
			t.Errorf("%q, over %t, %v", got, over, err)
		}
	}
}

// footprint is what objects and goroutines take, in bytes.
func footprint() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

func TestJobMemory(t *testing.T) {
	const count, limit = 10000, 8 << 10
	L := jobState(t, Limits{Time: time.Minute})
	fn := newJob(t, L, `wait() return 'done'`).fn
	before := footprint()
	jobs := make([]*Job, count)
	for i := range jobs {
		jobs[i] = NewJob(L, fn)
		if _, over, err := step(L, jobs[i]); over || err != nil {
			t.Fatal(over, err)
		}
	}
	if each := (footprint() - before) / count; each > limit {
		t.Errorf("a job that waits takes %d bytes", each)
	} else {
		t.Logf("a job that waits takes %d bytes", each)
	}
	for _, j := range jobs[:count/2] {
		if got, over, err := step(L, j); got != "done" || !over || err != nil {
			t.Fatal(got, over, err)
		}
	}
	for _, j := range jobs[count/2:] {
		j.Kill()
	}
	jobs = nil
	if left := (footprint() - before) / count; left > limit/16 {
		t.Errorf("a job that is over leaves %d bytes", left)
	}
}

// TestYieldsAnywhere proves §2 of compatibility.md: coroutines of scripts yield where Lua 5.3 has them, and where it does not.
func TestYieldsAnywhere(t *testing.T) {
	L := jobState(t, Limits{Time: time.Minute})
	for _, source := range []string{
		`local co = coroutine.wrap(function() return pcall(function() local a = coroutine.yield(1) error(a, 0) end) end)
		assert(co() == 1) local ok, e = co('x') assert(ok == false and e == 'x') assert(not pcall(co))`,
		`local co = coroutine.create(function() local ok, n = pcall(coroutine.yield) return select('#', coroutine.yield()), n end)
		assert(select('#', coroutine.resume(co)) == 1) assert(coroutine.status(co) == 'suspended')
		assert(coroutine.resume(co, 5)) local _, n, five = coroutine.resume(co) assert(n == 0 and five == 5) assert(coroutine.status(co) == 'dead')`,
		`local a, b a = coroutine.create(function() return coroutine.resume(b) end)
		b = coroutine.create(function() assert(coroutine.status(a) == 'normal') return coroutine.resume(a) end)
		local _, _, ok, e = coroutine.resume(a) assert(ok == false and e == 'cannot resume non-suspended coroutine', e)`,
		`local co = coroutine.wrap(coroutine.yield) assert(co(1) == 1)`,
		`local co = coroutine.wrap(function() error('e', 0) end) assert(select(2, pcall(co)) == 'e') assert(select(2, pcall(co)):find('dead'))`,
		`local co = coroutine.wrap(function() local t = {3, 1, 2} table.sort(t, function(a, b) coroutine.yield() return a < b end) return t[1] end)
		local v repeat v = co() until v assert(v == 1)`,
		`local co = coroutine.wrap(function() xpcall(function() coroutine.yield(1) error('late', 0) end, function(m) seen = m end) end) co() co() assert(seen == 'late')`,
	} {
		if err := L.DoString(source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestForgottenCoroutines proves §2 of compatibility.md: those end that a script has forgotten in pcall; those it still uses go on.
func TestForgottenCoroutines(t *testing.T) {
	L := jobState(t, Limits{Time: time.Minute})
	err := L.DoString(fmt.Sprintf(`
	local kept = coroutine.wrap(function() pcall(function() for i = 1, math.huge do coroutine.yield(i) end end) ran = true end)
	for i = 1, %d do
		if i %% 100 == 1 then assert(kept() == (i + 99) / 100) end
		local forgotten = coroutine.wrap(function() pcall(coroutine.yield) ran = true end) forgotten()
	end
	assert(not ran)`, maxParked+500))
	if err != nil {
		t.Fatal(err)
	}
	cs := &hostOf(L).carriers
	if n := len(cs.parked); n != maxParked {
		t.Errorf("%d coroutines wait on goroutines", n)
	}
	cs.close(LimiterOf(L)) // TestMain finds what is left
	if len(cs.parked)+len(cs.idle) > 0 {
		t.Errorf("%d and %d goroutines are left", len(cs.parked), len(cs.idle))
	}
}

// TestEndedWithoutLimits has a coroutine end whose Lua code no context stops.
func TestEndedWithoutLimits(t *testing.T) {
	L := NewState()
	defer Close(L)
	if err := L.DoString(`coroutine.wrap(function() pcall(function() pcall(coroutine.yield) ran = true end) ran = true end)()`); err != nil {
		t.Fatal(err)
	}
	hostOf(L).carriers.close(LimiterOf(L))
	if L.GetGlobal("ran") != glua.LNil {
		t.Error("code of a coroutine that was ended has run")
	}
}

// A job, or a coroutine, waits in a tail call of its first function, too, which is no longer on the stack then.
func TestWaitInLastCall(t *testing.T) {
	L := jobState(t, Limits{})
	j := newJob(t, L, "local a = wait() return wait(a)")
	for range 2 {
		if got, over, err := step(L, j, glua.LNumber(1)); got != "" || over || err != nil {
			t.Fatalf("%q, over: %t, %v", got, over, err)
		}
	}
	if got, over, err := step(L, j, glua.LNumber(2), glua.LNumber(3)); got != "2 3" || !over || err != nil {
		t.Errorf("%q, over: %t, %v", got, over, err)
	}
	const source = `local c = coroutine.create(function(a) return coroutine.yield(a) end)
		local _, a = coroutine.resume(c, 1)
		local _, b, d = coroutine.resume(c, 7, 8)
		print(a, b, d, coroutine.status(c))`
	if got := eval(t, source); got != "1\t7\t8\tdead" {
		t.Errorf("printed %q", got)
	}
}

// TestJobThreadsAreUsedAgain: the thread of a job that has returned is that of the next one, which nothing shows: closures keep what they
// hold, and a thread that a script knows stays dead. One that failed is not used again.
func TestJobThreadsAreUsedAgain(t *testing.T) {
	L := jobState(t, Limits{Time: time.Minute})
	run := func(source string) (result string, used *glua.LState) {
		t.Helper()
		j := newJob(t, L, source)
		used = j.thread
		result, over, err := step(L, j)
		if !over || err != nil && !strings.Contains(source, "error(") {
			t.Fatalf("%s: over %t, %v", source, over, err)
		}
		return result, used
	}
	_, first := run(`local v, w = 'a', pcall(error, 1) kept = function() v = v .. '!' return v end kept()`)
	_, second := run(`local x, y, z = 1, 2, 3 return x, y, z`)
	if first != second {
		t.Error("the thread is not used again")
	}
	if got, _ := run(`local x, y, z = 1, 2, 3 return kept()`); got != "a!!" {
		t.Errorf("a closure has %q", got)
	}
	_, seen := run(`known = coroutine.running()`)
	if got, next := run(`return coroutine.status(known)`); got != "dead" || next == seen {
		t.Errorf("a thread that a script knows is %s, used again: %t", got, next == seen)
	}
	_, failed := run(`error('on purpose')`)
	if _, next := run(`return 1`); next == failed {
		t.Error("the thread of a job that failed is used again")
	}
}
