package lua

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
	"lsyncgo/engine/tunnel"
	"lsyncgo/lua/values"
)

// tunnelValue is what tunnel{} returned.
type tunnelValue struct {
	value  *glua.LTable // a table with a metatable: inherited as it is, not key by key
	config *tunnel.Config
	named  bool
	used   bool
}

// tunnelKey says how one key of tunnel{} is taken over. The error says what it must be.
type tunnelKey struct {
	remedy string
	take   func(v glua.LValue, to *tunnel.Config) error
}

// into has read put a value into a field.
func into[T any](field func(*tunnel.Config) *T, read func(glua.LValue, *T) error) func(glua.LValue, *tunnel.Config) error {
	return func(v glua.LValue, to *tunnel.Config) error { return read(v, field(to)) }
}

var tunnelKeys = map[string]tunnelKey{
	"name": {`write name = "..."`, into(func(c *tunnel.Config) *string { return &c.Name }, textOf)},
	"mode": {`write mode = "command" for one process, or mode = "pool" for several with ports of their own`,
		into(func(c *tunnel.Config) *bool { return &c.Pool }, poolOf)},
	"command": {`write command = { "ssh", "-N", ... }, one string for each argument`,
		into(func(c *tunnel.Config) *[]string { return &c.Command }, wordsOf)},
	"parallel":   {"write parallel = number of processes", into(func(c *tunnel.Config) *int { return &c.Parallel }, wholeOf)},
	"localhost":  {`write localhost = "localhost"`, into(func(c *tunnel.Config) *string { return &c.Localhost }, textOf)},
	"retryDelay": {"write retryDelay = seconds", into(func(c *tunnel.Config) *time.Duration { return &c.RetryDelay }, waitOf)},
	"readyDelay": {"write readyDelay = seconds", into(func(c *tunnel.Config) *time.Duration { return &c.ReadyDelay }, waitOf)},
	"checkCommand": {`write checkCommand = { "program", ... }, one string for each argument`,
		into(func(c *tunnel.Config) *[]string { return &c.Check }, wordsOf)},
	"checkExitCodes": {"write checkExitCodes = { 0 }", into(func(c *tunnel.Config) *[]int { return &c.CheckExitCodes }, codesOf)},
	"checkMaxFailed": {"write checkMaxFailed = number of checks", into(func(c *tunnel.Config) *int { return &c.CheckMaxFailed }, wholeOf)},
	"checkInterval":  {"write checkInterval = seconds", into(func(c *tunnel.Config) *time.Duration { return &c.CheckInterval }, intervalOf)},
}

func poolOf(v glua.LValue, to *bool) error {
	*to = v == glua.LString("pool")
	if !*to && v != glua.LString("command") {
		return fmt.Errorf(`must be "command" or "pool", not %s`, values.Describe(v))
	}
	return nil
}

func textOf(v glua.LValue, to *string) error {
	s, ok := v.(glua.LString)
	if !ok || s == "" {
		return fmt.Errorf("must be a string, not %s", values.Describe(v))
	}
	if values.HasZero(string(s)) {
		return fmt.Errorf("must be a string without zero bytes, not %s", values.Describe(v))
	}
	*to = string(s)
	return nil
}

func wholeOf(v glua.LValue, to *int) (err error) {
	*to, err = values.Whole(v)
	return err
}

func waitOf(v glua.LValue, to *time.Duration) (err error) {
	*to, err = values.Seconds(v)
	return err
}

func intervalOf(v glua.LValue, to *time.Duration) error {
	err := waitOf(v, to)
	if (err == nil || values.IsCountsAs(err)) && *to <= 0 {
		*to = time.Second
		return &values.CountsAs{Given: v, Value: glua.LNumber(1)}
	}
	return err
}

// wordsOf takes a program and its arguments.
func wordsOf(v glua.LValue, to *[]string) error {
	t, ok := v.(*glua.LTable)
	if !ok || t.Len() == 0 {
		return fmt.Errorf("must be a list of strings, not %s", values.Describe(v))
	}
	for i := 1; i <= t.Len(); i++ {
		word := t.RawGetInt(i)
		if word.Type() != glua.LTString && word.Type() != glua.LTNumber {
			return fmt.Errorf("must be a list of strings; it has [%d] = %s", i, values.Describe(word))
		}
		if values.HasZero(word.String()) {
			return fmt.Errorf("must be a list of strings without zero bytes; it has [%d] = %s", i, values.Describe(word))
		}
		*to = append(*to, word.String())
	}
	return nil
}

// codesOf takes exit codes: a number, or a list of them.
func codesOf(v glua.LValue, to *[]int) error {
	t, ok := v.(*glua.LTable)
	if !ok {
		t = &glua.LTable{Metatable: glua.LNil}
		t.Append(v)
	}
	*to = nil
	for i := 1; i <= t.Len(); i++ {
		n, ok := t.RawGetInt(i).(glua.LNumber)
		if !ok || n != glua.LNumber(int(n)) || n < 0 || n > 255 {
			return fmt.Errorf("must be a list of exit codes, 0 to 255; it has %s", values.Describe(t.RawGetInt(i)))
		}
		*to = append(*to, int(n))
	}
	if len(*to) == 0 {
		return fmt.Errorf("must be a list of exit codes, not %s", values.Describe(v))
	}
	return nil
}

// globalTunnel is tunnel{}.
func (r *Runtime) globalTunnel(L *glua.LState) int {
	if !r.loading {
		L.RaiseError("tunnel{} can only be called while the config is loaded")
	}
	given, ok := L.Get(1).(*glua.LTable)
	if !ok {
		L.RaiseError(`tunnel takes a table, tunnel{ command = { "ssh", "-N", ... } }; it got %s`, values.Describe(L.Get(1)))
	}
	x := &tunnelValue{value: L.NewTable(), config: &tunnel.Config{
		Place: where(L), Name: fmt.Sprintf("Tunnel%d", len(r.tunnels)+1),
		Parallel: 1, Localhost: "localhost", ReadyDelay: 5 * time.Second, RetryDelay: 10 * time.Second,
		CheckExitCodes: []int{0}, CheckMaxFailed: 5, CheckInterval: 5 * time.Second,
		NewWork: func(argv []string) core.Work { return &process.Command{Binary: argv[0], Args: argv[1:], Bound: true} },
	}}
	x.value.Metatable = r.tunnelMetatable(x)
	r.readTunnel(x, given)
	r.tunnels = append(r.tunnels, x)
	L.Push(x.value)
	return 1
}

func (r *Runtime) tunnelMetatable(x *tunnelValue) *glua.LTable {
	mt := r.L.NewTable()
	mt.RawSetString("__name", glua.LString("tunnel"))
	mt.RawSetString("__tostring", r.L.NewFunction(func(L *glua.LState) int {
		L.Push(glua.LString("tunnel " + x.config.Name))
		return 1
	}))
	return mt
}

// readTunnel takes in the keys and records what is wrong with them.
func (r *Runtime) readTunnel(x *tunnelValue, given *glua.LTable) {
	c := x.config
	problem := func(remedy, format string, args ...any) {
		r.problem(at(c.Place, "", remedy, "tunnel: "+format, args...))
	}
	faulty := false
	for _, k := range values.SortedKeys(given) {
		v := given.RawGet(k)
		name, isName := k.(glua.LString)
		key, known := tunnelKeys[string(name)]
		switch {
		case v == glua.LNil:
			continue
		case !isName:
			problem("write key = value", "it holds %s without a key", values.Describe(v))
		case !known:
			problem(values.RemedyFor(string(name), values.Keys(tunnelKeys)), "unknown parameter %q", string(name))
		default:
			err := key.take(v, c)
			v, m, taken := values.TakenAs(v, err)
			x.value.RawSet(k, v)
			if m != nil {
				r.warn(at(c.Place, "", m.Advice(string(name)), "tunnel: %s: %v", string(name), m))
			} else if !taken {
				faulty = true
				problem(key.remedy, "%s %v", string(name), err)
			}
		}
	}
	x.named = given.RawGetString("name") != glua.LNil
	x.value.RawSetString("name", glua.LString(c.Name))
	if !faulty {
		r.checkTunnel(x, problem)
	}
	c.Digest = x.digest()
}

// checkTunnel looks at how the keys go together.
func (r *Runtime) checkTunnel(x *tunnelValue, problem func(remedy, format string, args ...any)) {
	c := x.config
	if c.Command == nil {
		problem(tunnelKeys["command"].remedy, "command is missing")
	}
	for _, words := range [][]string{c.Command, c.Check} {
		if len(words) > 0 {
			if _, err := process.Find(words[0]); err != nil {
				problem("", "%v", err)
			}
		}
	}
	for _, other := range r.tunnels {
		if x.named && other.config.Name == c.Name {
			problem("choose another name", "the name %q is taken by the tunnel at %s", c.Name, other.config.Place)
		}
	}
	port := func(word string) bool { return strings.Contains(word, "^localport") }
	switch {
	case !c.Pool && (slices.ContainsFunc(c.Command, port) || slices.ContainsFunc(c.Check, port)):
		problem(`add mode = "pool"`, "only a pool has a ^localport")
	case !c.Pool && c.Parallel > 1:
		r.warn(at(c.Place, "", `add mode = "pool"`, "tunnel: parallel is for pools; one process is kept up"))
		c.Parallel = 1
	case c.Pool && c.Command != nil && !slices.ContainsFunc(c.Command, port):
		r.warn(at(c.Place, "", "use it where the local port stands", "tunnel: the command of a pool has no ^localport"))
	}
}

// digest identifies the definition. A name by position is none: it changes with what stands before.
func (x *tunnelValue) digest() string {
	c, name := x.config, ""
	if x.named {
		name = x.config.Name
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %t %d %q %q %d %d %q %d %d %d", name, c.Pool, c.Parallel, c.Command, c.Localhost,
		c.ReadyDelay, c.RetryDelay, c.Check, c.CheckExitCodes, c.CheckMaxFailed, c.CheckInterval))
	return hex.EncodeToString(sum[:])
}

// findTunnel returns the tunnel that the sync names, nil if none.
func (s *script) findTunnel() *tunnel.Config {
	v := s.table.RawGetString("tunnel")
	if v == glua.LNil || v == glua.LFalse {
		return nil
	}
	for _, x := range s.r.tunnels {
		if v == glua.LValue(x.value) {
			x.used = true
			return x.config
		}
	}
	s.problem("write tunnel = tunnel{ command = { ... } }", "tunnel must be what tunnel{} returns, not %s", values.Describe(v))
	return nil
}

// readTunnel takes in the sync's tunnel.
func (s *script) readTunnel() {
	s.tunnel = s.findTunnel()
	if s.tunnel != nil && s.tunnel.Pool || s.table.RawGetString("tunnel") != glua.LNil && s.tunnel == nil {
		return
	}
	for _, key := range []string{"target", "host", "targetdir"} {
		if strings.Contains(s.stringKey(key), "^localport") {
			s.problem(`add tunnel = tunnel{ mode = "pool", ... }`, "%s has ^localport, and the sync has no tunnel with ports", key)
		}
	}
}

// unusedTunnels warns of tunnels that would never be started.
func (r *Runtime) unusedTunnels() {
	for _, x := range r.tunnels {
		if !x.used {
			r.warn(at(x.config.Place, "", "add tunnel = ... to a sync", "no sync uses the tunnel %s: it is not started", x.config.Name))
		}
	}
}

// addTunnelEnd adds the local end that work for what x stands for shall use.
func (s *script) addTunnelEnd(to *glua.LTable, x *ref) {
	if s.sync == nil {
		return
	}
	var agent *core.Agent
	if x != nil {
		agent = x.agent
	}
	end, ok := s.sync.Through(agent)
	if !ok {
		return
	}
	to.RawSetString("localhost", glua.LString(end.Host))
	if end.Port != 0 {
		to.RawSetString("localport", glua.LNumber(end.Port))
	}
}
