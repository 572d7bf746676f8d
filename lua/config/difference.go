package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
)

// difference is one thing that is not as with Lsyncd, and the question whether a config notices.
type difference[T any] struct {
	name   string
	covers []string          // what it is called in docs/differences.md, unless that is name
	keys   []string          // the note is about the line of the first of them that the config sets
	text   func(of T) string // what is different; "" if it does not apply
	remedy string
	events bool // only for syncs that go on after their startup
}

// when makes the text of a note that always reads the same.
func when[T any](applies func(T) bool, text string) func(T) string {
	return func(of T) string {
		if applies(of) {
			return text
		}
		return ""
	}
}

// syncDifferences are asked of each sync. First what may need a change of the config.
var syncDifferences = []difference[*Definition]{
	{
		name: "combine", events: true, keys: []string{"action", "onModify"},
		text: func(s *Definition) string {
			switch {
			case s.declared():
			case s.handler("action") != nil:
				return "inlets have one event for each path: a new file is Create alone, and changes that wait together are one; Lsyncd gave Create and Modify, and each change"
			case s.handler("onCreate") != nil && s.handler("onModify") != nil:
				return "a new file calls onCreate alone, and changes of a file that wait together call onModify once; Lsyncd called both, and once for each change"
			case s.handler("onModify") != nil:
				return "changes of a file that wait together call onModify once; Lsyncd called it once for each change"
			}
			return ""
		},
	},
	{
		name: "new-files-wait", events: true, keys: []string{"onCreate", "action"},
		text: when(func(s *Definition) bool {
			mode := s.r.settings.resolved.Mode
			return (mode == event.CloseWrite || mode == event.CloseWriteAfterModify) &&
				(s.declared() || s.handler("onCreate") != nil || s.handler("action") != nil)
		}, "a new file waits until its writer closes it, at most 30 seconds; Lsyncd took it at once, half-written"),
		remedy: `with settings { inotifyMode = "CloseWrite or Modify" } it does not`,
	},
	{
		name: "network-file-systems", events: true, keys: []string{"monitor", "source"},
		text:   (*Definition).watchedTwice,
		remedy: `monitor = "inotify" is as before`,
	},
	{
		name: "failures", covers: []string{"signals"}, keys: []string{"exitcodes", "rsyncExitCodes", "collect"}, text: failures,
	},
	{
		name: "retries", keys: []string{"exitcodes", "collect"},
		text: when((*Definition).retries, "what is tried again waits longer each time, up to 5 minutes, and holds up nothing else; Lsyncd waited the delay each time"),
	},
	{
		name: "exact-paths", events: true, covers: []string{"whole-trees", "missing-paths", "quick-check"}, keys: []string{"rsync.transfer"},
		text: when(func(s *Definition) bool { return s.sends() && s.key("rsync.transfer") != glua.LString("filter") },
			"rsync gets the exact paths that changed (--files-from); Lsyncd had it scan their directories with an include filter"),
		remedy: `rsync = { transfer = "filter" } is the old way`,
	},
	{
		name: "modify-window", keys: []string{"rsync"},
		text: when(func(s *Definition) bool {
			return s.sends() && !glua.LVAsBool(s.key("rsync.modify_window")) && !s.rsyncOption("--modify-window")
		}, "rsync compares file times with their fractions; a target that keeps whole seconds gets files again at each start"),
		remedy: "rsync = { modify_window = 0 } compares seconds",
	},
	{
		name: "ignore-errors", keys: []string{"delete"},
		text: when(func(s *Definition) bool {
			return s.sends() && s.deletes() && !glua.LVAsBool(s.key("rsync.ignore_errors")) && !s.rsyncOption("--ignore-errors")
		}, "while something in the source cannot be read, rsync deletes nothing at the target"),
		remedy: "rsync = { ignore_errors = true } deletes all the same",
	},
	{
		name: "empty-source", keys: []string{"delete", "target"},
		text: func(s *Definition) string {
			switch {
			case !s.declared() || !s.config.DeletesAtStart:
				return ""
			case s.config.HasInit && strings.HasPrefix(s.config.Target, "/"):
				return "a source that is empty at the start or comes back as another directory, as if a disk were not mounted, puts the sync on hold; Lsyncd emptied the target"
			}
			return "a source that comes back as another directory, as if a disk were not mounted, puts the sync on hold; Lsyncd went on, with what it had"
		},
		remedy: "lsyncgo resume NAME lets it go on",
	},
	{
		name: "hard-links", events: true, covers: []string{"hard-links-at-startup"}, keys: []string{"rsync.hard_links"},
		text: when(func(s *Definition) bool { return s.sends() && glua.LVAsBool(s.key("rsync.hard_links")) },
			"all names of a file that changed go along and stay one file at the target; Lsyncd kept hard links only at the start"),
	},
	{
		name: "comment-excludes", covers: []string{"rules-at-startup"}, keys: []string{"exclude", "excludeFrom"},
		text: func(s *Definition) string {
			for _, rule := range s.Excludes {
				if s.sends() && strings.ContainsAny(rule.Pattern[:1], "#;") {
					return fmt.Sprintf("the exclude %q counts at the start, too; to Lsyncd's rsync it was a comment", rule.Pattern)
				}
			}
			return ""
		},
	},
	{
		name: "multiplex", events: true, keys: []string{"ssh.multiplex"},
		text: when(func(s *Definition) bool {
			return s.caps.target == sshHost && s.key("rsync.rsh") == glua.LNil && glua.LVAsBool(s.key("ssh.multiplex"))
		}, "one ssh connection stays open for transfers and moves; Lsyncd logged in for each"),
		remedy: "ssh = { multiplex = false } logs in each time",
	},
	{
		name: "ssh-extra", covers: []string{"multiplex"}, keys: []string{"ssh._extra", "ssh.binary", "rsync.rsh"}, text: sshForBoth,
	},
	{
		name: "home-directory", keys: []string{"targetdir"},
		text: when(func(s *Definition) bool {
			return s.caps.target == sshHost && strings.HasPrefix(s.StringKey("targetdir"), "~")
		},
			"~ in targetdir is the home directory on the host; to Lsyncd's rsync and moves it was a directory called ~"),
	},
	{
		name: "remote-move", events: true, covers: []string{"failed-move", "after-a-move"}, keys: []string{"host"},
		text: when(func(s *Definition) bool { return s.caps.target == sshHost },
			"after a move on the host rsync looks at both ends, and a move that fails becomes a transfer; Lsyncd removed the moved path there, even with delete = false, or ended"),
	},
	{
		name: "direct", covers: []string{"direct-moves"},
		text: when(func(s *Definition) bool { return s.caps.target == localDir },
			"lsyncgo copies, moves and removes by itself; Lsyncd started rsync, cp, mv and rm, and lost files when moves and other changes of a path waited together"),
	},
	{
		name: "direct-attributes", covers: []string{"direct-symlinks"},
		text: when(func(s *Definition) bool { return s.caps.target == localDir },
			"mode, owner, times and hard links at the target become those of the source, from the first start on, and symbolic links stay links; Lsyncd left modes and owners alone and copied what a new link points to"),
	},
	{
		name: "filter-order", events: true, keys: []string{"filter", "filterFrom"}, text: overruled,
	},
	{
		name: "patterns", covers: []string{"below-a-directory", "classes"}, keys: []string{"exclude", "filter", "excludeFrom", "filterFrom"}, text: likeRsync,
	},
	{
		name: "ends-of-a-move", events: true, keys: []string{"onMove"},
		text: func(s *Definition) string {
			if v := moveEnds.FindString(s.command("onMove")); v != "" {
				return v + " is replaced by its value; Lsyncd did not know it"
			}
			return ""
		},
	},
	{
		name: "slashes", keys: []string{"onCreate", "onModify", "onDelete", "onMove", "onAttrib", "onStartup", "action"},
		text: when(func(s *Definition) bool {
			return !s.declared() && s.uses("sourcePath", "sourcePathname", "sourcePathdir", "getSourcePaths")
		}, "paths have one slash after the source, /srv/a; Lsyncd put two, /srv//a"),
	},
	{
		name: "script-errors", keys: []string{"action", "onCreate", "onModify", "onDelete", "onMove", "onAttrib", "onStartup", "init", "collect"},
		text: func(s *Definition) string {
			if !slices.ContainsFunc(functions, func(key string) bool { return s.handler(key) != nil && s.command(key) == "" }) {
				return ""
			}
			text := "an error in a Lua function is logged, and its event tried again three times; Lsyncd ended"
			if limit := s.r.settings.resolved.ScriptTimeout; limit > 0 {
				text += fmt.Sprintf("; one that runs longer than %gs is stopped, unless settings { scriptTimeout = 0 }", limit.Seconds())
			}
			return text
		},
	},
	{
		name: "overtaking", events: true, keys: []string{"maxProcesses"},
		text: when(func(s *Definition) bool { return s.config.MaxProcesses > 1 },
			"a change waits for all earlier ones of the same path and of directories above and below; with several processes Lsyncd let it overtake some"),
	},
	{
		name: "settings-and-maxProcesses", keys: []string{"maxProcesses"},
		text: func(s *Definition) string { return s.setting("maxProcesses", s.config.MaxProcesses) },
	},
	{
		name: "settings-and-maxDelays", keys: []string{"maxDelays"},
		text: func(s *Definition) string { return s.setting("maxDelays", s.config.MaxDelays) },
	},
}

// settingDifferences are asked once.
var settingDifferences = []difference[*Config]{
	{
		name: "start", keys: []string{"nodaemon"},
		text: func(r *Config) string {
			text := "the command that starts it returns when it is ready, and its exit status says whether it is; lsyncd returned at once"
			switch {
			case r.settings.resolved.NoDaemon:
				return ""
			case r.settings.resolved.LogFile == "":
				text += "; without logfile it does not start where no syslog runs"
			}
			return text
		},
	},
	{
		name: "statusFile", keys: []string{"statusFile"},
		text: when(func(r *Config) bool { return r.settings.resolved.StatusFile != "" },
			"the status file has one more line for each sync, State:, and is replaced as a whole, by renaming"),
		remedy: "lsyncgo status -json says more",
	},
	{
		name: "relative-statusFile", keys: []string{"statusFile"},
		text: func(r *Config) string {
			given, _ := r.settings.values.RawGetString("statusFile").(glua.LString)
			if given == "" || filepath.IsAbs(string(given)) || r.settings.resolved.NoDaemon {
				return ""
			}
			return fmt.Sprintf("statusFile is %s; Lsyncd as a daemon wrote /%s", r.settings.resolved.StatusFile, given)
		},
	},
	{
		name: "reload", keys: []string{"pidfile"},
		text: when(func(r *Config) bool { return !r.settings.resolved.NoDaemon || r.settings.resolved.PidFile != "" },
			"HUP starts only the syncs anew whose definition changed, and none if the config is broken; Lsyncd synced everything from scratch"),
		remedy: "for that, stop it and start it",
	},
	{
		name: "insist", keys: []string{"insist"},
		text: when(func(r *Config) bool { return r.settings.resolved.Insist },
			"a sync whose source does not exist waits for it, and the others run; Lsyncd did not start"),
	},
}

// moveEnds are variables of layer 3 that Lsyncd does not replace for the ends of a move.
var moveEnds = regexp.MustCompile(`\^[od]\.(source|target|pathdir)\b`)

// functions are the keys that can be Lua functions and run while the daemon does.
var functions = append([]string{"action", "collect", "init", "full"}, handlers...)

// failures tells what becomes of work that failed in a way that Lsyncd took for success.
func failures(s *Definition) string {
	partial := s.codes().RawGetInt(23) == glua.LString("partial")
	killed := s.codes().RawGetInt(137) == glua.LString("again")
	switch {
	case s.collects():
		return "collect gets 128+N for a child that signal N killed; Lsyncd gave it 0"
	case s.caps.target == localDir && partial:
		return "what cannot be copied, moved or removed is tried again, after four attempts with long pauses while the sync is degraded, and lsyncgo status says why; Lsyncd took no notice"
	case s.caps.target == localDir:
		return ""
	case s.declared() && partial:
		key := "exitcodes = {"
		if s.caps.target == sshHost {
			key = "rsyncExitCodes = {"
		}
		return "an rsync that ends with exit code 23, not everything was transferred, or by a signal is tried again; Lsyncd took both for success" +
			" (" + key + ` [23] = "ok" } for 23)`
	case s.declared() && killed:
		return "an rsync that a signal killed is tried again; Lsyncd took it for success"
	case s.starts() && !s.knowsSignals():
		ends := "ends lsyncgo"
		if s.r.settings.resolved.OnDieStop {
			ends = "stops the sync"
		}
		return "a child that signal N killed " + ends + ", as exitcodes has no entry for 128+N; Lsyncd took it for success" +
			` (exitcodes = { [0] = "ok", [137] = "again", [143] = "again" }, for example)`
	}
	return ""
}

// sshForBoth tells which program or options serve transfers and moves alike.
func sshForBoth(s *Definition) string {
	switch {
	case s.caps.target != sshHost:
	case s.key("rsync.rsh") != glua.LNil:
		return "rsync.rsh serves moves, too; Lsyncd moved with ssh.binary"
	case s.key("ssh._extra") != glua.LNil:
		return "ssh._extra serves rsync's connection, too; Lsyncd used it for moves only"
	case s.key("ssh.binary") != glua.LString("ssh"):
		return "ssh.binary serves rsync's connection, too; Lsyncd used it for moves only"
	}
	return ""
}

// overruled finds an exclude that Lsyncd lets win over an include before it: one of what is in a
// directory, which to Lsyncd is the directory as well.
func overruled(s *Definition) string {
	include, rules := "", s.Rules()
	for i, rule := range rules {
		switch {
		case rule.Include && include == "":
			include = rule.Pattern
		case include != "" && shutsOff(rules[:i+1]):
			return fmt.Sprintf("+ %s wins over - %s after it, as the first rule that matches decides; with Lsyncd the exclude won", include, rule.Pattern)
		}
	}
	return ""
}

// likeRsync finds a pattern that Lsyncd reads otherwise than rsync.
func likeRsync(s *Definition) string {
	rules := s.Rules()
	for i, rule := range rules {
		switch {
		case strings.ContainsAny(rule.Pattern, `[\`):
			return fmt.Sprintf(`%q means what it means to rsync: [ ] are a class and \ takes the next character as it is; to Lsyncd they were plain characters`, rule.Pattern)
		case shutsOff(rules[:i+1]):
			return fmt.Sprintf("%q leaves the directory itself in, as it does for rsync; Lsyncd left it out", rule.Pattern)
		}
	}
	return ""
}

// shutsOff reports whether the last rule excludes what is in a directory, "d/*" or "/d/**", and no rule before it
// includes or excludes that directory. Lsyncd takes such a rule for one about the directory, too.
func shutsOff(rules []filter.Rule) bool {
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

// remembered are the settings that Lsyncd gives to the syncs below it, and that win there.
var remembered = []string{"maxProcesses", "maxDelays"}

// remember keeps what Lsyncd would make of them for this sync.
func (s *Definition) remember() {
	s.lsyncdValues = map[string]glua.LValue{}
	for _, key := range remembered {
		v := s.r.settings.values.RawGetString(key)
		s.lsyncdValues[key] = v
		if v == glua.LNil {
			s.lsyncdValues[key] = s.Table.RawGetString(key)
		}
	}
}

// setting compares a number with what Lsyncd would make of it.
func (s *Definition) setting(key string, now int) string {
	before, ok := s.lsyncdValues[key].(glua.LNumber)
	if !ok || int(before) == now {
		return ""
	}
	if s.caps.target == sshHost && key == "maxProcesses" { // where Lsyncd did not start
		return ""
	}
	if s.r.settings.values.RawGetString(key) != glua.LNumber(now) {
		return fmt.Sprintf("%s is %d; in Lsyncd settings won over the sync, with %d", key, now, int(before))
	}
	return fmt.Sprintf("%s is %d, from settings; Lsyncd had %d, as settings did not reach the syncs above them", key, now, int(before))
}

// Differences returns, for each note there is, what it is called in docs/differences.md.
func Differences() map[string][]string {
	names := map[string][]string{}
	for _, d := range syncDifferences {
		names[d.name] = append(d.covers, d.name)
	}
	for _, d := range settingDifferences {
		names[d.name] = append(d.covers, d.name)
	}
	return names
}
