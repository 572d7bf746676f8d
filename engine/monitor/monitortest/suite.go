package monitortest

import (
	"testing"

	"lsyncgo/engine/monitor"
)

// Promises name what a backend does beyond the least, which is: the events add up
// to the tree, for every root, whatever happens.
type Promises struct {
	// Exact: it reports what happened, in order, and nothing else; renames are one Move.
	Exact bool
	// Modes: it honours Root.Mode and holds back new files that are open for writing.
	Modes bool
	// Deep: it watches directories whose path is longer than the system takes in one call.
	Deep bool
	// Once: it promises less: it tells what existed at the start when it is asked for that, and nothing that happens later.
	Once bool
}

// Run is the acceptance test. Open returns a new monitor, made with short
// intervals (monitor.Options) where it has any; the suite closes it.
func Run(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	if p.Once {
		t.Run("once", func(t *testing.T) { testOnce(t, open, p) })
		t.Run("existing", func(t *testing.T) { testExisting(t, open, p) })
		t.Run("errors", func(t *testing.T) { testErrors(t, open, p) })
		return
	}
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) { c.play(t, open, p) })
	}
	tests := []struct {
		name string
		when bool
		test func(*testing.T, func(*testing.T) monitor.Monitor, Promises)
	}{
		{"excluded", true, testExcluded},
		{"excluded by place", true, testAnchored},
		{"flat", true, testFlat},
		{"several roots", true, testRoots},
		{"hostile names", true, testNames},
		{"deep", p.Deep, testDeep},
		{"root deleted", true, testRootDeleted},
		{"root replaced", true, testRootReplaced},
		{"root behind links", true, testRootLinked},
		{"written", true, testWritten},
		{"relist", true, testRelist},
		{"existing", true, testExisting},
		{"existing beside what comes", true, testExistingLive},
		{"relist what was hidden", true, testRelistHidden},
		{"relist what was seen", true, testRelistSeen},
		{"mark", p.Exact, testMark},
		{"unwatch", true, testUnwatch},
		{"progress", true, testProgress},
		{"errors", true, testErrors},
		{"slow receiver", true, testSlow},
		{"modes", p.Modes, testModes},
		{"held", p.Modes, testHeld},
		{"churn", true, testChurn},
	}
	for _, c := range tests {
		if c.when {
			t.Run(c.name, func(t *testing.T) { c.test(t, open, p) })
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
