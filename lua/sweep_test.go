package lua_test

import (
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
)

// sweeping is a stage with a sync whose source has some files.
func sweeping(t *testing.T, given string) *stage {
	t.Helper()
	stubs(t)
	st := newStage(t).config("sync{ default.rsync, source = source, target = target, init = false, delay = 1, " + given + " }")
	for _, name := range []string{"source/d/a", "source/d/b", "source/e/c", "source/f"} {
		st.file(name, "")
	}
	return st.start()
}

// modify has an event acted on and checks what rsync is to look at.
func (st *stage) modify(path, want string) {
	st.Helper()
	st.event(event.Modify, path)
	st.advance(time.Second)
	st.lists(want)
}

func (st *stage) lists(want string) {
	st.Helper()
	if got := st.parts().input; got != want {
		st.Errorf("listed %q, wanted %q", got, want)
	}
}

// §9: a receiver that was killed may have left temporary files where it wrote; what is sent next removes them.
func TestSweep(t *testing.T) {
	st := sweeping(t, "")
	st.modify("d/a", "./d/a|")
	st.exit(137)
	st.modify("e/c", "./d/|./e/c|")
	st.exit(23) // it may not have been able to
	st.advance(time.Minute)
	st.lists("./d/|./e/c|")
	st.exit(12)
	st.advance(time.Minute)
	st.lists("./d/|./e/|")
	st.exit(24)
	st.modify("d/b", "./d/b|")
	st.exit(0)
	st.modify("f", "./f|")
	st.exit(137)
	st.advance(time.Minute)
	st.lists("./|")
}

// §9: the same, where rsync walks the directories.
func TestSweepFiltered(t *testing.T) {
	const filtered = "rsync = { transfer = 'filter' }"
	st := sweeping(t, filtered)
	st.modify("d/a", "+ /d/|+ /d/a|+ /d/a/***|- *|")
	st.exit(137)
	st.modify("e/c", "+ /d/|+ /d/.*.??????|+ /d/a|+ /d/a/***|+ /e/|+ /e/c|+ /e/c/***|- *|")
	st.exit(23) // it may not have been able to
	st.advance(time.Minute)
	st.lists("+ /d/|+ /d/.*.??????|+ /d/a|+ /d/a/***|+ /e/|+ /e/c|+ /e/c/***|- *|")
	st.exit(0)
	st.modify("f", "+ /f|+ /f/***|- *|")
	st.exit(137)
	st.advance(time.Minute)
	st.lists("+ /.*.??????|+ /f|+ /f/***|- *|")
	st.exit(0)

	// What was sent with all below it, and what changed only itself.
	st.file("source/[d]/sub/a", "")
	st.event(event.Attrib, "")
	st.event(event.Create, "[d]/")
	st.advance(time.Second)
	st.lists("+ /\\[d]/***|- *|")
	st.exit(12)
	st.reload("sync{ default.rsync, source = source, target = target, init = false, delay = 1, " + filtered + ", maxDelays = 9 }")
	st.modify("f", "+ /f|+ /f/***|+ /\\[d]/***|- *|")
	st.exit(12)
	st.reload("sync{ default.rsync, source = source, target = target, init = false, delay = 1 }")
	st.modify("f", "./|./[d]/|./[d]/sub/|")
}

// reload loads a config as HUP does.
func (st *stage) reload(text string) {
	st.Helper()
	old := st.rt
	if err := st.config(text).load(); err != nil {
		st.Fatal(err)
	}
	syncs, err := st.core.Reload(core.Settings{}, st.rt.Scripts.Syncs())
	if err != nil {
		st.Fatal(err)
	}
	st.syncs = syncs
	st.rt.Scripts.Bind(st.core, func(func()) {})
	for _, sync := range syncs {
		st.rt.Scripts.Attach(sync)
	}
	st.rt.Scripts.Succeed(old.Scripts)
	old.Scripts.Retire()
	st.step(core.Tick{})
}

// §9: HUP forgets no temporary files, neither those that are known nor those of what runs.
func TestSweepAfterReload(t *testing.T) {
	const given = "sync{ default.rsync, source = source, target = target, init = false, delay = 1 }"
	st := sweeping(t, "maxProcesses = 3")
	same := "sync{ default.rsync, source = source, target = target, init = false, delay = 1, maxProcesses = 3 }"
	st.modify("d/a", "./d/a|")
	st.modify("e/c", "./e/c|")
	st.exit(137)
	st.reload(same)
	st.exit(137)
	st.modify("f", "./d/|./e/|./f|")
	st.exit(137)
	st.advance(time.Minute)
	st.lists("./|./d/|./e/|")
	st.exit(12)
	st.reload(given)
	st.modify("d/a", "./|./d/|./e/|")
	st.reload(same) // while that runs, and nobody hears how it ends
	st.exit(137)
	st.modify("d/a", "./|./d/|./e/|")
	st.exit(0)
	st.reload(strings.ReplaceAll(given, "target = target", "target = target .. 'other'"))
	st.modify("d/a", "./d/a|")
}

// TestRulesAfterReload: what a script has excluded while the sync ran stays so when it goes on, for rsync, too.
func TestRulesAfterReload(t *testing.T) {
	stubs(t)
	const text = "local s = sync{ default.rsync, source = source, target = target, delay = 1, init = false } " +
		"alarm(now() + 1, function() s.addExclude('*.o') s.appendFilter('- *.p') end)"
	st := start(t, text)
	st.advance(2 * time.Second)
	st.reload(strings.ReplaceAll(text, "now() + 1", "now() + 1000"))
	if !st.syncs[0].Excluded("a.o") {
		t.Error("the engine does not exclude it any more")
	}
	st.event(event.Modify, "a.c")
	st.advance(time.Second)
	if args := st.parts().args; !strings.Contains(args, "--filter=- *.p --filter=- *.o") {
		t.Errorf("started %s", args)
	}
}

// TestNoSweep: who does not delete leaves it.
func TestNoSweep(t *testing.T) {
	for _, given := range []string{"false", "'startup'"} {
		st := sweeping(t, "delete = "+given)
		st.modify("d/a", "./d/a|")
		st.exit(137)
		st.advance(time.Minute)
		st.lists("./d/a|")
	}
}

// TestSweepAlone: what lists whole directories and deletes runs beside nothing else.
func TestSweepAlone(t *testing.T) {
	st := sweeping(t, "maxProcesses = 3")
	st.modify("d/a", "./d/a|")
	st.modify("d/b", "./d/b|")
	st.exit(137)
	st.event(event.Modify, "e/c")
	st.advance(time.Second)
	if len(st.unseen) > 0 {
		t.Errorf("started %s beside another", st.unseen[0].Work.Describe())
	}
	st.exit(0)
	st.lists("./d/|./e/c|")
	st.event(event.Modify, "f")
	st.advance(time.Second)
	if len(st.unseen) > 0 {
		t.Errorf("started %s beside a sweep", st.unseen[0].Work.Describe())
	}
	st.exit(0)
	st.lists("./f|")
	st.modify("d/b", "./d/b|") // beside that
}

// TestHardLinksAlone: two transfers at once would each make a file of its own of two names.
func TestHardLinksAlone(t *testing.T) {
	st := sweeping(t, "maxProcesses = 3, rsync = { hard_links = true }")
	st.modify("d/a", "./d/a|")
	st.event(event.Modify, "d/b")
	st.advance(time.Second)
	if len(st.unseen) > 0 {
		t.Errorf("started %s beside another", st.unseen[0].Work.Describe())
	}
	st.exit(0)
	st.lists("./d/b|")
}

// TestUnfitTarget: what the target gets over is no fault of some files, and is tried until it has.
func TestUnfitTarget(t *testing.T) {
	for said, want := range map[string]string{
		`rsync: [receiver] mkstemp "/t/.a.x" failed: Read-only file system (30)`:                             "again",
		`rsync: [generator] recv_generator: mkdir "/t/d" failed: No space left on device (28)`:               "again",
		`rsync: [Receiver] mkstemp "/t/(5)" failed: Disk quota exceeded (122)`:                               "again",
		`rsync: [receiver] mkstemp "/t/.a.x" failed: Permission denied (13)`:                                 "partial",
		`rsync: [sender] read errors mapping "/s/a": Input/output error (5)`:                                 "partial",
		`rsync: [receiver] rsync_xal_set: lsetxattr("/t/a","user.x") failed: No space left on device (28)`:   "partial",
		`file has vanished: "/s/rsync: [receiver] (30)"`:                                                     "partial",
		`rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338)`: "partial",
	} {
		st := sweeping(t, "")
		st.modify("d/a", "./d/a|")
		tries := 0
		for len(st.running) > 0 && tries < 10 && !st.lasts() {
			tries++
			proc := st.running[0].Proc
			st.running = nil
			st.step(core.Exited{Proc: proc, Result: core.Result{Code: 23, Tail: []string{"x", said, "y"}}})
			st.advance(10 * time.Minute)
		}
		got := map[int]string{4: "partial", 10: "again"}[tries]
		if got != want {
			t.Errorf("%s: %s, not %s", said, got, want)
		}
	}
}

// §6: a file with rules that a user has put into the source and that rsync cannot read ends nothing; a rule of the config does.
func TestMisruledSource(t *testing.T) {
	for role, lasts := range map[string]bool{"sender": true, "client": false} {
		st := sweeping(t, "")
		st.modify("d/a", "./d/a|")
		for tries := 0; len(st.running) > 0 && tries < 10 && !st.lasts(); tries++ {
			proc := st.running[0].Proc
			st.running = nil
			st.step(core.Exited{Proc: proc, Result: core.Result{Code: 1, Tail: []string{"Unknown filter rule: x",
				"rsync error: syntax or usage error (code 1) at exclude.c(136) [" + role + "=3.5.0]"}}})
			st.advance(10 * time.Minute)
		}
		if st.lasts() != lasts {
			t.Errorf("%s: goes on being tried: %t", role, !lasts)
		}
	}
}

// §9: a source that changes while rsync reads it can make it end with a fatal code, at the startup as well.
func TestDerailed(t *testing.T) {
	said := []string{
		`rsync: [sender] read errors mapping "/s/a": Is a directory (21)`, `Invalid packet at end of run (11) [sender]`,
		`rsync error: protocol incompatibility (code 2) at main.c(913) [sender=3.2.7]`,
	}
	stubs(t)
	st := start(t, "sync{ default.rsync, source = source, target = target, delay = 1 }")
	st.file("source/d/a", "")
	st.work()
	for range 3 {
		st.exitWith(core.Result{Code: 2, Tail: said})
		st.advance(time.Minute)
		st.work()
	}
	st.exit(0)
	st.claim("Normal", "startup done")
	st.modify("d/a", "./d/a|")
	st.exitWith(core.Result{Code: 2, Tail: said})
	st.advance(time.Minute)
	st.lists("./d/|") // it may have left something
	st.exit(0)
	st.event(event.Delete, "d/b")
	st.advance(time.Second)
	st.lists("./d/b|") // an old receiver would get the directory
}

// TestBound: children do not outlive a daemon that is killed.
func TestBound(t *testing.T) {
	for _, action := range []string{`spawn(event, "tool")`, `spawnShell(event, "tool")`} {
		st := start(t, "sync{ source = source, onCreate = function(event) "+action+" end }")
		st.event(event.Create, "x")
		if cmd, ok := st.work().(*process.Command); !ok || !cmd.Bound {
			t.Errorf("%s is not bound", action)
		}
	}
}
