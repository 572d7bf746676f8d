package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua"
	"lsyncgo/lua/values"
)

// sends reports whether a sync's batches are made for rsync.
func (s *Definition) sends() bool {
	if s.caps.target != rsyncPath && s.caps.target != sshHost {
		return false
	}
	own := s.handler("action")
	return own == nil || mentions(own, 0, "default")
}

// key is a value of the sync, of a table in it by a path like "ssh.port".
func (s *Definition) key(path string) glua.LValue {
	var v glua.LValue = s.Table
	for name := range strings.SplitSeq(path, ".") {
		t, ok := v.(*glua.LTable)
		if !ok {
			return glua.LNil
		}
		v = t.RawGetString(name)
	}
	return v
}

func (s *Definition) deletes() bool { return glua.LVAsBool(s.Table.RawGetString("delete")) }

// rsyncOption reports whether rsync._extra has an option.
func (s *Definition) rsyncOption(name string) bool {
	extra, ok := s.key("rsync._extra").(*glua.LTable)
	if !ok {
		return false
	}
	for i := 1; i <= extra.Len(); i++ {
		option, _, _ := strings.Cut(extra.RawGetInt(i).String(), "=")
		if option == name {
			return true
		}
	}
	return false
}

// codes is the table of exit codes that counts for the transfers of a sync; empty if there is none.
func (s *Definition) codes() *glua.LTable {
	for _, key := range []string{"exitcodes", "rsyncExitCodes"} {
		if t, ok := s.Table.RawGetString(key).(*glua.LTable); ok {
			return t
		}
	}
	return &glua.LTable{Metatable: glua.LNil}
}

// knowsSignals reports whether exitcodes has an entry for the signals that children die of: KILL and TERM.
func (s *Definition) knowsSignals() bool {
	return s.codes().RawGetInt(128+9) != glua.LNil && s.codes().RawGetInt(128+15) != glua.LNil
}

// collects reports whether the sync has a collect of its own that decides without the table of exit codes.
func (s *Definition) collects() bool {
	own := s.handler("collect")
	return own != nil && !mentions(own, 0, "exitcodes", "rsyncExitCodes", "default")
}

// retries reports whether something can be tried again.
func (s *Definition) retries() (again bool) {
	if own := s.handler("collect"); own != nil && mentions(own, 0, "again") {
		return true
	}
	if s.collects() {
		return false
	}
	s.codes().ForEach(func(_, v glua.LValue) { again = again || v == glua.LString("again") })
	return again
}

// starts reports whether the sync can have children: it has a command, or calls what starts one.
func (s *Definition) starts() bool {
	return slices.ContainsFunc(functions, func(key string) bool { return s.command(key) != "" }) || s.uses("spawn", "spawnShell")
}

// uses reports whether a command or a function of the sync has one of these words.
func (s *Definition) uses(words ...string) bool {
	for _, key := range functions {
		if fn := s.handler(key); fn != nil && mentions(fn, 0, words...) {
			return true
		}
	}
	return false
}

// handler is what the config has written for a key, as a function; nil if it has not. Commands have become functions.
func (s *Definition) handler(key string) *glua.LFunction {
	fn, ok := s.Table.RawGetString(key).(*glua.LFunction)
	if !ok || fn.Proto == nil || lua.Embedded(fn.Proto.SourceName) {
		return nil
	}
	return fn
}

// command is the command that the config has written for a key, "" if none.
func (s *Definition) command(key string) string {
	v, _ := s.r.given(s.given, key, 0)
	text, _ := v.(glua.LString)
	return string(text)
}

// mentions reports whether a function, one in it, or one that it holds names one of these words.
func mentions(fn *glua.LFunction, depth int, words ...string) bool {
	if fn == nil || fn.Proto == nil || depth > values.MaxNesting {
		return false
	}
	if names(fn.Proto, words) {
		return true
	}
	for _, up := range fn.Upvalues {
		if held, ok := up.Value().(*glua.LFunction); ok && held != fn && mentions(held, depth+1, words...) {
			return true
		}
	}
	return false
}

func names(p *glua.FunctionProto, words []string) bool {
	for _, c := range p.Constants {
		if s, ok := c.(glua.LString); ok && slices.Contains(words, string(s)) {
			return true
		}
	}
	return slices.ContainsFunc(p.FunctionPrototypes, func(inner *glua.FunctionProto) bool { return names(inner, words) })
}

// watchedTwice tells of a source that other machines can change, too.
func (s *Definition) watchedTwice() string {
	if s.r.o.ChooseMonitor == nil || s.config.Monitor != "" && s.config.Monitor != "auto" {
		return ""
	}
	name, why := s.r.o.ChooseMonitor(s.config.Source)
	if !strings.Contains(name, "+") {
		return ""
	}
	every := cmp.Or(s.config.PollInterval, time.Minute)
	return fmt.Sprintf("the source is watched by %s: %s; besides, everything is listed every %v, so that what other machines change comes, too, and what this one changes comes twice; Lsyncd never heard of other machines",
		name, why, every)
}
