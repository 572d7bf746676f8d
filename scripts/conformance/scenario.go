package main

import (
	"os/exec"
	"strings"
	"time"

	"lsyncgo/defaults"
)

// The engines.
const (
	theirs = iota
	ours
)

var engineNames = [2]string{"lsyncd", "lsyncgo"}

// scenario is something that both engines are put through.
type scenario struct {
	name     string
	config   string        // with $SOURCE, $TARGET, $BIN, $DIR, $DELAY, $FILTER for rsync's old way, and $COPY(rsync) for the text of a preset of lsyncgo
	delay    int           // of the sync, in seconds; the sentinel waits as long
	tree     []operation   // done before the start
	ops      []operation   // done when the engine has settled after the start; it settles at the end, too
	exits    []exit        // what the stand-ins end with; without one, 0
	pause    time.Duration // how long nothing must happen until an engine counts as quiet, if retries are to come
	differs  []*difference // what was decided differently and shows here
	apart    bool          // several syncs share paths, and which of them comes first is open
	patience int           // how often it has run before
}

// exit is the exit code of one call that mentions match.
type exit struct {
	match string
	code  int
}

// paths returns the paths of the source that the scenario touches.
func (s scenario) paths() []string {
	seen := map[string]bool{}
	var list []string
	for _, o := range append(append([]operation(nil), s.tree...), s.ops...) {
		for _, p := range o.paths() {
			if !seen[p] {
				seen[p] = true
				list = append(list, p)
			}
		}
	}
	return list
}

// sentinel is a sync of its own: when it has reported a directory, the engine
// has read everything that happened before.
const sentinel = `
sync {
	source = "$DIR/sentinel", delay = $DELAY, maxProcesses = 1, exitcodes = { [0] = "ok" },
	onStartup = function(event) spawn(event, "$BIN/sentinel", "startup") end,
	onCreate = function(event) spawn(event, "$BIN/sentinel", event.path) end,
}
`

// rsyncPath is the real rsync, for scenarios that let it work.
var rsyncPath, _ = exec.LookPath("rsync")

// text returns the config for one engine.
func (s scenario) text(engine int, place, delay string) string {
	filter := ""
	if engine == ours {
		filter = `transfer = "filter",`
	}
	text := s.config
	for _, preset := range defaults.Files() {
		mark, own := "$COPY("+strings.TrimSuffix(preset.Name, ".lua")+")", ""
		if engine == ours {
			own = string(preset.Source)
		}
		text = strings.ReplaceAll(text, mark, own)
	}
	return strings.NewReplacer(
		"$SOURCE", place+"/source", "$TARGET", place+"/target", "$BIN", place+"/bin", "$DIR", place,
		"$DELAY", delay, "$RSYNC", rsyncPath, "$FILTER", filter,
	).Replace(text + sentinel)
}

// Pauses longer than the one before the first retry, and the second.
const (
	shortPause = 1600 * time.Millisecond
	longPause  = 2800 * time.Millisecond
)
