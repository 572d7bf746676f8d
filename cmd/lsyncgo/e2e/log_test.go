package e2e

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// told is what each category tells an administrator; all of it in one run.
var told = map[string][]string{
	"Alarm":   {`calling what was asked for `},
	"Debug":   {`web: rsync is told \d+ paths for \d+ events?`, `web: .*: exit code 0, after .*, means ok\n`, `mirror: mirrored: 1 copied \(4 bytes\)`},
	"Delay":   {`web: Create file .*queued`},
	"Exclude": {`web: ignored a\.tmp\n`},
	"Exec":    {`web: rsync .* for Init\n`},
	"Filter": {`web: "a\.tmp" is excluded by rule 1 of 2, "- \*\.tmp"\n`, `web: "cache/" is excluded by rule 2 of 2, "- cache/"\n`, `web: "file" is let through: no rule matches\n`,
		`mirror: "old\.tmp" is excluded by rule 1 of 2, "- \*\.tmp"\n`},
	"FWrite":     {`own: onCreate = `},
	"Function":   {`web: calling init for Init\n`},
	"Info":       {`web: source /.*; delay 100ms, maxDelays 1000, .* 2 filter rules; .*; defined at .*config\.lua:\d+\n`, `web: rsync gets the exact paths that changed\n`},
	"Inotify":    {`web: Create /.*/source/file\n`},
	"Masterloop": {`woken after \S+ by [1-9]\d* events: .*Create`, `waiting, alarm in \S+; \d+ processes run, [1-9]\d* events are pending`, `woken after \S+ by the end of process \d+, exit code 0\n`},
	"Statusfile": {`writing .*/status\n`},
	"Task":       {`.*/source/file: IN_CLOSE_WRITE: task \S+ starts in 0s\n`},
	"Tunnel":     {`tunnel way: starting sleep 3210\n`},
}

// §2 log: every category that -log knows tells something.
func TestLogCategories(t *testing.T) {
	t.Parallel()
	unknown := start(t, "-log", "nonsense")
	if unknown.wait() != 255 {
		t.Errorf("-log nonsense: %s", unknown.out)
	}
	list := regexp.MustCompile(`Normal, Warn, Error, (.*), or another word`).FindStringSubmatch(unknown.out.String())
	if names := slices.Sorted(maps.Keys(told)); list == nil || !slices.Equal(slices.Sorted(slices.Values(strings.Split(list[1], ", "))), names) {
		t.Errorf("%s\nwant %q", unknown.out, names)
	}

	p := newPlace(t)
	p.write("source/a.tmp", "x")
	p.write("source/old.tmp", "x")
	p.write("source/cache/x", "x")
	p.mkdir("mirror")
	d := daemon(t, p.config(`
		settings { statusFile = "$DIR/status", statusInterval = 0.1 }
		watch { path = "$SOURCE", event_map = { IN_CLOSE_WRITE = scheduler.task { job = function() end }.schedule } }
		sync { default.rsync, name = "web", source = "$SOURCE", target = "$TARGET", delay = 0.1, exclude = { "*.tmp", "cache/" } }
		sync { default.direct, name = "mirror", source = "$SOURCE", target = "$DIR/mirror", delay = 0.1, exclude = { "*.tmp", "cache/" } }
		sync { name = "own", source = "$SOURCE", delay = 0.1, onCreate = "true ^path",
			init = function(event) alarm(now(), function() end) end,
			tunnel = tunnel { name = "way", command = { "sleep", "3210" }, readyDelay = 0 } }`))
	d.logs("web: startup done")
	d.logs("mirror: startup done")
	p.write("source/file", "file")
	p.write("source/a.tmp", "xx")
	eventually(t, "the file at both targets", func() bool { return p.content("target/file") == "file" && p.content("mirror/file") == "file" })
	for _, category := range slices.Sorted(maps.Keys(told)) {
		for _, pattern := range told[category] {
			line := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d ` + category + `: ` + pattern)
			eventually(t, "output "+line.String(), func() bool { return line.MatchString(d.out.String()) })
		}
	}
	d.stop()
}

// Somebody who tries a first config, and sees nothing arrive, is told that it takes the delay.
func TestDelayIsSaid(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.mkdir("other")
	d := daemon(t, p.config(`for i, delay in ipairs{ 0.1, 20, 30 } do
		sync { source = "$SOURCE", delay = delay, onCreate = function() end }
	end`))
	d.logs("Sync2: a change is acted on 20s after it happened")
	d.stop()
	if n := strings.Count(d.out.String(), "after it happened"); n != 1 {
		t.Errorf("said %d times", n)
	}
}
