package migrate

import (
	"cmp"
	"fmt"
	"lsyncgo/engine/printable"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
	"lsyncgo/lua/config"
)

// subject is what a condition is asked of: a sync, or nil and the settings.
type subject struct {
	*config.Definition
	config *config.Config
	choose func(source string) (name, why string)
}

// condition says whether a difference applies, and what takes the places of the values in its text.
type condition func(subject) (applies bool, values []any)

// when makes a condition of a question.
func when(holds func(subject) bool) condition {
	return func(s subject) (bool, []any) { return holds(s), nil }
}

// all has the values of all conditions.
func all(list ...condition) condition {
	return func(s subject) (_ bool, values []any) {
		for _, c := range list {
			holds, more := c(s)
			if !holds {
				return false, nil
			}
			values = append(values, more...)
		}
		return true, values
	}
}

// some has no values.
func some(list ...condition) condition {
	return when(func(s subject) bool {
		return slices.ContainsFunc(list, func(c condition) bool { holds, _ := c(s); return holds })
	})
}

func not(c condition) condition {
	return when(func(s subject) bool { holds, _ := c(s); return !holds })
}

// Conditions on one key: set is neither nil nor false.
func set(key string) condition {
	return when(func(s subject) bool { return glua.LVAsBool(s.value(key)) })
}
func unset(key string) condition { return not(set(key)) }
func is(key, text string) condition {
	return when(func(s subject) bool { return s.value(key) == glua.LString(text) })
}
func begins(key, with string) condition {
	return when(func(s subject) bool { return strings.HasPrefix(s.Sync.StringKey(key), with) })
}

// own: the config has a function or a command of its own for the key.
func own(key string) condition { return when(func(s subject) bool { return s.Own(key) != nil }) }

// option: rsync._extra has an option.
func option(name string) condition {
	return when(func(s subject) bool {
		extra, ok := s.Key("rsync._extra").(*glua.LTable)
		for i := 1; ok && i <= extra.Len(); i++ {
			if word, _, _ := strings.Cut(extra.RawGetInt(i).String(), "="); word == name {
				return true
			}
		}
		return false
	})
}

// What a sync declares about its target.
var (
	mirror  = when(func(s subject) bool { return s.Declared() != "" })
	byRsync = when(func(s subject) bool { return s.Declared() == "rsync" || s.Declared() == "ssh" })
	bySSH   = when(func(s subject) bool { return s.Declared() == "ssh" })
	direct  = when(func(s subject) bool { return s.Declared() == "local" })
)

// value is that of a key by its path, the last part of which may be a number.
func (s subject) value(path string) glua.LValue {
	dot := strings.LastIndexByte(path, '.')
	if n, err := strconv.Atoi(path[dot+1:]); err == nil {
		if t, ok := s.Key(path[:max(dot, 0)]).(*glua.LTable); ok {
			return t.RawGetInt(n)
		}
		return glua.LNil
	}
	return s.Key(path)
}

// codes is the table of exit codes that counts for the transfers of a sync; nil if there is none.
func (s subject) codes() *glua.LTable {
	for _, key := range []string{"exitcodes", "rsyncExitCodes"} {
		if t, ok := s.Key(key).(*glua.LTable); ok {
			return t
		}
	}
	return nil
}

// code: an exit code of a transfer has that meaning.
func code(n int, meaning string) condition {
	return when(func(s subject) bool { t := s.codes(); return t != nil && t.RawGetInt(n) == glua.LString(meaning) })
}

func anyCode(meaning string) condition {
	return when(func(s subject) (found bool) {
		if t := s.codes(); t != nil {
			t.ForEach(func(_, v glua.LValue) { found = found || v == glua.LString(meaning) })
		}
		return found
	})
}

// orCalledBy: the value says that it depends on a function of the config.
func orCalledBy(key string) condition {
	return func(s subject) (bool, []any) {
		if s.Own(key) == nil {
			return true, []any{""}
		}
		return true, []any{", where " + key + " calls that of the preset"}
	}
}

var (
	// A function may start children or not.
	startsChildren = when(func(s subject) bool {
		return slices.ContainsFunc(functions, func(key string) bool { return s.Own(key) != nil })
	})
	ownFunction = when(func(s subject) bool {
		return slices.ContainsFunc(functions, func(key string) bool { return s.Own(key) != nil && s.Command(key) == "" })
	})
	// Functions may look at the paths of events, and commands do by these names.
	seesPaths = when(func(s subject) bool {
		return slices.ContainsFunc(functions, func(key string) bool {
			command := s.Command(key)
			return s.Own(key) != nil && (command == "" || strings.Contains(command, "sourcePath"))
		})
	})
	closeWrite = when(func(s subject) bool {
		mode := s.config.Settings().Mode
		return mode == event.CloseWrite || mode == event.CloseWriteAfterModify
	})
	deletesAtStart   = all(mirror, when(func(s subject) bool { return s.Core().DeletesAtStart }))
	severalProcesses = when(func(s subject) bool { return s.Core().MaxProcesses > 1 })
)

// watchedTwice: other machines can change the source, too.
func watchedTwice(s subject) (bool, []any) {
	c := s.Core()
	if s.choose == nil || c.Monitor != "" && c.Monitor != "auto" {
		return false, nil
	}
	name, why := s.choose(c.Source)
	return strings.Contains(name, "+"), []any{name, why, cmp.Or(c.PollInterval, time.Minute)}
}

func emptyIsSeen(s subject) (bool, []any) {
	if c := s.Core(); c.HasInit && strings.HasPrefix(c.Target, "/") {
		return true, []any{"is empty at the start or "}
	}
	return true, []any{""}
}

// sharedShell: what serves transfers and moves alike is not what it was for one of them.
func sharedShell(s subject) (bool, []any) {
	switch {
	case s.Key("rsync.rsh") != glua.LNil:
		return true, []any{"rsync.rsh"}
	case s.Key("ssh._extra") != glua.LNil:
		return true, []any{"ssh._extra"}
	}
	return s.Key("ssh.binary") != glua.LString("ssh"), []any{"ssh.binary"}
}

// settingOf: a number is not what Lsyncd makes of it.
func settingOf(key string) condition {
	return func(s subject) (bool, []any) {
		now := map[string]int{"maxProcesses": s.Core().MaxProcesses, "maxDelays": s.Core().MaxDelays}[key]
		before, ok := s.LsyncdValue(key).(glua.LNumber)
		if s.Declared() == "ssh" && key == "maxProcesses" { // where Lsyncd did not start
			return false, nil
		}
		return ok && int(before) != now, []any{now, int(before)}
	}
}

func scriptLimit(s subject) (bool, []any) {
	if limit := s.config.Settings().ScriptTimeout; limit > 0 {
		return true, []any{fmt.Sprintf("; one that runs longer than %ss is stopped", printable.Seconds(limit))}
	}
	return true, []any{""}
}

// Conditions on settings.
var (
	daemon     = when(func(s subject) bool { return !s.config.Settings().NoDaemon })
	statusFile = when(func(s subject) bool { return s.config.Settings().StatusFile != "" })
	insists    = when(func(s subject) bool { return s.config.Settings().Insist })
	reloads    = some(daemon, when(func(s subject) bool { return s.config.Settings().PidFile != "" }))
)

func noLogFile(s subject) (bool, []any) {
	if s.config.Settings().LogFile != "" {
		return true, []any{""}
	}
	return true, []any{"; without logfile it does not start where no syslog runs"}
}

func relativeStatusFile(s subject) (bool, []any) {
	v, _ := s.config.Setting("statusFile")
	given, _ := v.(glua.LString)
	return given != "" && !filepath.IsAbs(string(given)), []any{s.config.Settings().StatusFile, string(given)}
}

// moveEnds are variables of layer 3 that Lsyncd does not replace for the ends of a move.
var moveEnds = regexp.MustCompile(`\^[od]\.(source|target|pathdir)\b`)

func endOfMove(s subject) (bool, []any) {
	v := moveEnds.FindString(s.Command("onMove"))
	return v != "", []any{v}
}

// commentExclude finds an exclude that begins like a comment.
func commentExclude(s subject) (bool, []any) {
	for _, rule := range s.Sync.Excludes {
		if applies, _ := byRsync(s); applies && strings.ContainsAny(rule.Pattern[:1], "#;") {
			return true, []any{strconv.Quote(rule.Pattern)}
		}
	}
	return false, nil
}

// overruled finds an exclude that Lsyncd lets win over an include before it: one of what is in a
// directory, which to Lsyncd is the directory as well.
func overruled(s subject) (bool, []any) {
	include, rules := "", s.Sync.Rules()
	for i, rule := range rules {
		switch {
		case rule.Include && include == "":
			include = rule.Pattern
		case include != "" && excludesContents(rules[:i+1]):
			return true, []any{include, rule.Pattern}
		}
	}
	return false, nil
}

func classInPattern(s subject) (bool, []any) {
	for _, rule := range s.Sync.Rules() {
		if strings.ContainsAny(rule.Pattern, `[\`) {
			return true, []any{strconv.Quote(rule.Pattern)}
		}
	}
	return false, nil
}

func belowDirectory(s subject) (bool, []any) {
	rules := s.Sync.Rules()
	for i, rule := range rules {
		if excludesContents(rules[:i+1]) {
			return true, []any{strconv.Quote(rule.Pattern)}
		}
	}
	return false, nil
}

// excludesContents reports whether the last rule excludes what is in a directory, "d/*" or "/d/**", and no rule before it
// includes or excludes that directory. Lsyncd takes such a rule for one about the directory, too.
func excludesContents(rules []filter.Rule) bool {
	last := len(rules) - 1
	pattern := strings.TrimSuffix(rules[last].Pattern, "/")
	slash := strings.LastIndexByte(pattern, '/')
	if rules[last].Include || slash <= 0 || strings.Trim(pattern[slash:], "/*") != "" {
		return false
	}
	// A directory as the pattern means it: "x/cache/" for "**/cache/*".
	dir := strings.NewReplacer("**", "x", "*", "x", "?", "x", "[", "", "]", "", `\`, "").Replace(strings.Trim(pattern[:slash], "/")) + "/"
	before, err := filter.Compile(rules[:last])
	if err != nil || before.Excluded(dir) {
		return false
	}
	with, err := filter.Compile(append(slices.Clone(rules[:last]), filter.Rule{Pattern: "/" + dir}))
	return err == nil && with.Excluded(dir)
}
