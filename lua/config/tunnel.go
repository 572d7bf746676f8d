package config

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
	"lsyncgo/lua"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// tunnelValue is what tunnel{} returned.
type tunnelValue struct {
	value  *glua.LTable // a table with a metatable: inherited as it is, not key by key
	config *tunnel.Config
	named  bool
	used   bool
}

// tunnelKeys are the keys of tunnel{}.
var tunnelKeys = schema.Table[tunnel.Config]{Keys: []schema.Key[tunnel.Config]{
	{Name: "name", Value: schema.To(schema.Name, func(c *tunnel.Config) *string { return &c.Name }),
		Example: `"..."`, Since: "0.1.0", Doc: "what messages and the status call it"},
	{Name: "mode", Value: schema.To(schema.Mapped(schema.Choice("command", "pool"), func(v string) bool { return v == "pool" }), func(c *tunnel.Config) *bool { return &c.Pool }),
		Default: `"command"`, Example: `"command" for one process, or mode = "pool" for several with ports of their own`, Since: "0.1.0", Doc: "one process, or several with ports of their own"},
	{Name: "command", Value: schema.To(schema.Words, func(c *tunnel.Config) *[]string { return &c.Command }), Required: true,
		Example: `{ "ssh", "-N", ... }, one string for each argument`, Since: "0.1.0", Doc: "the program that is kept running, and its arguments"},
	{Name: "parallel", Value: schema.To(schema.Count, func(c *tunnel.Config) *int { return &c.Parallel }),
		Default: "1", Example: "number of processes", Since: "0.1.0", Doc: "how many processes a pool has"},
	{Name: "localhost", Value: schema.To(schema.Name, func(c *tunnel.Config) *string { return &c.Localhost }),
		Default: `"localhost"`, Example: `"localhost"`, Since: "0.1.0", Doc: "the local end, for ^localhost"},
	{Name: "retryDelay", Value: schema.To(schema.Seconds, func(c *tunnel.Config) *time.Duration { return &c.RetryDelay }),
		Default: "10", Example: "seconds", Since: "0.1.0", Doc: "the pause before a process is started again, in seconds"},
	{Name: "readyDelay", Value: schema.To(schema.Seconds, func(c *tunnel.Config) *time.Duration { return &c.ReadyDelay }),
		Default: "5", Example: "seconds", Since: "0.1.0", Doc: "how long a process runs before it counts as ready, in seconds"},
	{Name: "checkCommand", Value: schema.To(schema.Words, func(c *tunnel.Config) *[]string { return &c.Check }),
		Example: `{ "program", ... }, one string for each argument`, Since: "0.1.0", Doc: "a program that tells by its exit code whether the tunnel works"},
	{Name: "checkExitCodes", Value: schema.To(schema.ExitCodes, func(c *tunnel.Config) *[]int { return &c.CheckExitCodes }),
		Default: "{ 0 }", Example: "{ 0 }", Since: "0.1.0", Doc: "exit codes of checkCommand that mean it works"},
	{Name: "checkMaxFailed", Value: schema.To(schema.Count, func(c *tunnel.Config) *int { return &c.CheckMaxFailed }),
		Default: "5", Example: "number of checks", Since: "0.1.0", Doc: "so many checks in a row may fail"},
	{Name: "checkInterval", Value: schema.To(schema.Interval, func(c *tunnel.Config) *time.Duration { return &c.CheckInterval }),
		Default: "5", Example: "seconds", Since: "0.1.0", Doc: "time between two checks, in seconds"},
}}

// globalTunnel is tunnel{}.
func (r *Config) globalTunnel(L *glua.LState) int {
	given, ok := L.Get(1).(*glua.LTable)
	if !ok {
		L.RaiseError(`tunnel takes a table, tunnel{ command = { "ssh", "-N", ... } }; it got %s`, values.Describe(L.Get(1)))
	}
	x := &tunnelValue{value: L.NewTable(), config: &tunnel.Config{
		Place: lua.Where(L), Name: fmt.Sprintf("Tunnel%d", len(r.tunnels)+1),
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

func (r *Config) tunnelMetatable(x *tunnelValue) *glua.LTable {
	mt := r.Scripts.L.NewTable()
	mt.RawSetString("__name", glua.LString("tunnel"))
	mt.RawSetString("__tostring", r.Scripts.L.NewFunction(func(L *glua.LState) int {
		L.Push(glua.LString("tunnel " + x.config.Name))
		return 1
	}))
	return mt
}

// readTunnel takes in the keys and records what is wrong with them.
func (r *Config) readTunnel(x *tunnelValue, given *glua.LTable) {
	c := x.config
	fault := func(remedy, format string, args ...any) {
		r.found.Add(problem.At(c.Place, "", remedy, "tunnel: "+format, args...))
	}
	found := tunnelKeys.Read(given, c)
	r.found.Report(found, c.Place, "", "tunnel: ", "it")
	given.ForEach(func(k, v glua.LValue) {
		if k.Type() == glua.LTString {
			x.value.RawSet(k, v)
		}
	})
	x.named = given.RawGetString("name") != glua.LNil
	x.value.RawSetString("name", glua.LString(c.Name))
	if !found.Faulty() {
		r.checkTunnel(x, fault)
	}
	c.Digest = x.digest()
}

// checkTunnel looks at how the keys go together.
func (r *Config) checkTunnel(x *tunnelValue, fault func(remedy, format string, args ...any)) {
	c := x.config
	for _, words := range [][]string{c.Command, c.Check} {
		if len(words) > 0 {
			if _, err := process.Find(words[0]); err != nil {
				fault("", "%v", err)
			}
		}
	}
	for _, other := range r.tunnels {
		if x.named && other.config.Name == c.Name {
			fault("choose another name", "the name %q is taken by the tunnel at %s", c.Name, other.config.Place)
		}
	}
	port := func(word string) bool { return strings.Contains(word, "^localport") }
	switch {
	case !c.Pool && (slices.ContainsFunc(c.Command, port) || slices.ContainsFunc(c.Check, port)):
		fault(`add mode = "pool"`, "only a pool has a ^localport")
	case !c.Pool && c.Parallel > 1:
		r.found.Warn(problem.At(c.Place, "", `add mode = "pool"`, "tunnel: parallel is for pools; one process is kept up"))
		c.Parallel = 1
	case c.Pool && c.Command != nil && !slices.ContainsFunc(c.Command, port):
		r.found.Warn(problem.At(c.Place, "", "use it where the local port stands", "tunnel: the command of a pool has no ^localport"))
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
func (s *Definition) findTunnel() *tunnel.Config {
	v := s.Key("tunnel")
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
func (s *Definition) readTunnel() {
	s.tunnel = s.findTunnel()
	if s.tunnel != nil && s.tunnel.Pool || s.Key("tunnel") != glua.LNil && s.tunnel == nil {
		return
	}
	for _, key := range []string{"target", "host", "targetdir"} {
		if strings.Contains(s.Sync.StringKey(key), "^localport") {
			s.problem(`add tunnel = tunnel{ mode = "pool", ... }`, "%s has ^localport, and the sync has no tunnel with ports", key)
		}
	}
}

// unusedTunnels warns of tunnels that would never be started.
func (r *Config) unusedTunnels() {
	for _, x := range r.tunnels {
		if !x.used {
			r.found.Warn(problem.At(x.config.Place, "", "add tunnel = ... to a sync", "no sync uses the tunnel %s: it is not started", x.config.Name))
		}
	}
}
