package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/fsat/treetest"
	"lsyncgo/engine/status"
)

// TestFaults: the source changes at random while transfers are killed, the
// target is away, full or read-only, connections break and the daemon itself is
// killed. When all is well again both trees are equal.
//
// CHURN_SEEDS (1-20, or 7,99) and CHURN_OPS (changes between two faults) choose other runs.
func TestFaults(t *testing.T) {
	seeds, ops := faultSeeds(t), faultOps(t)
	var runs []func()
	for _, ps := range presets(t) {
		for _, processes := range []int{1, 4} {
			if ps.name == "rsyncssh" && processes != 1 {
				continue // refused: TestParallelMovesAreRefused
			}
			for _, seed := range seeds(ps, processes) {
				name := fmt.Sprintf("%s,maxProcesses=%d/seed=%d", ps, processes, seed)
				runs = append(runs, func() {
					t.Run(name, func(t *testing.T) { newFaulty(t, ps, processes, seed).run(ops) })
				})
			}
		}
	}
	atOnce(runs)
}

// atOnce does the runs, several at a time: they mostly wait for the pauses between two attempts.
func atOnce(runs []func()) {
	const width = 10
	next := make(chan func())
	var workers sync.WaitGroup
	for range width {
		workers.Go(func() {
			for run := range next {
				run()
			}
		})
	}
	for _, run := range runs {
		next <- run
	}
	close(next)
	workers.Wait()
}

// faultSeeds returns the seeds of a combination: a fixed list and one that nobody tried yet.
func faultSeeds(t *testing.T) func(ps preset, processes int) []uint64 {
	t.Helper()
	given := os.Getenv("CHURN_SEEDS")
	if given == "" {
		given = "1-8"
	}
	var list []uint64
	for part := range strings.SplitSeq(given, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.ParseUint(from, 10, 64)
		last, err2 := strconv.ParseUint(to, 10, 64)
		if err1 != nil || err2 != nil || last < first {
			t.Fatalf("CHURN_SEEDS=%q: want numbers and ranges of them, as in 1-20,99", given)
		}
		for seed := first; ; seed++ {
			list = append(list, seed)
			if seed == last {
				break
			}
		}
	}
	return func(preset, int) []uint64 {
		if os.Getenv("CHURN_SEEDS") != "" {
			return list
		}
		return append(list[:len(list):len(list)], rand.Uint64())
	}
}

func faultOps(t *testing.T) int {
	t.Helper()
	given := os.Getenv("CHURN_OPS")
	if given == "" {
		return 20
	}
	ops, err := strconv.Atoi(given)
	if err != nil || ops < 1 {
		t.Fatalf("CHURN_OPS=%q: want the number of changes between two faults", given)
	}
	return ops
}

// TestParallelMovesAreRefused: why TestFaults has no rsyncssh with four processes.
func TestParallelMovesAreRefused(t *testing.T) {
	p := newPlace(t)
	config := p.config(`sync { default.rsyncssh, source = "$SOURCE", host = "target", targetdir = "$TARGET", maxProcesses = 4 }`)
	if check := start(t, "check", config); check.wait() != 1 {
		t.Fatalf("check takes it for good: %s", check.out)
	}
	d := start(t, "-nodaemon", config)
	if code := d.wait(); code != 255 || !strings.Contains(d.out.String(), "maxProcesses must be 1") {
		t.Errorf("exit code %d: %s", code, d.out)
	}
}

// TestFullTarget: what the source gives up makes room for what waits for it.
func TestFullTarget(t *testing.T) {
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.mkdir("mounted")
		p.mount("mounted", "size=4m")
		p.mkdir("mounted/target")
		p.target = p.path("mounted/target")
		p.write("source/old", strings.Repeat("o", 3<<20))
		d := daemon(t, p.config("settings { insist = true }\n"+ps.config("")))
		p.same()
		p.write("source/new", strings.Repeat("n", 3<<20))
		d.logs("trying again")
		if !p.exists("mounted/target/old") || p.exists("mounted/target/new") {
			t.Error("want the old file, and no part of the new one")
		}
		d.waitsFor("full target")
		p.remove("source/old")
		p.same()
		d.stop()
	})
}

// faulty is a place with a daemon, whose target is on a small file system of its own.
type faulty struct {
	*place
	ps       preset
	rng      *rand.Rand
	churner  *treetest.Churner
	options  treetest.Options
	config   string
	daemon   *process
	happened []string
}

func newFaulty(t *testing.T, ps preset, processes int, seed uint64) *faulty {
	t.Helper()
	if ps.name == "rsyncssh" {
		ps.server = newSSHD(t)
	}
	p := newPlace(t)
	// All of it in memory: a hundred of these run in one test.
	p.mount("", "size=64m")
	p.mkdir("source")
	p.mkdir("disk/mounted")
	p.mount("disk/mounted", "size=64m")
	p.mkdir("disk/mounted/target")
	p.target = p.path("disk/mounted/target")
	rng := rand.New(rand.NewPCG(seed, uint64(processes)))
	f := &faulty{place: p, ps: ps, rng: rng, churner: treetest.NewChurner(rng, p.source)}
	// Transfers that run at the same time in one directory cannot know which of
	// them sets its time last; all else is equal.
	f.options.NoDirTimes = processes > 1
	// With hard links rsync runs one at a time after all.
	f.ps.alone = processes > 1 && seed%4 > 0
	f.churner.NoHardLinks = f.ps.alone
	if f.ps.rsync.path != "" {
		f.ps.rsync.path = f.mortal(f.ps.rsync.path)
	}
	extra := ""
	if processes > 1 {
		extra = fmt.Sprintf("maxProcesses = %d", processes)
	}
	p.config(`settings { insist = true, pidfile = "$DIR/pid" }` + "\n" + f.ps.config(extra))
	f.config = p.path("config.lua")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to repeat: CHURN_SEEDS=%d; faults: %s", seed, strings.Join(f.happened, ", "))
		}
	})
	return f
}

// mount puts an empty file system at name.
func (p *place) mount(name, options string) {
	p.t.Helper()
	if err := unix.Mount("none", p.path(name), "tmpfs", 0, options); err != nil {
		p.t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
	}
	p.t.Cleanup(func() {
		if err := unix.Unmount(p.path(name), unix.MNT_DETACH); err != nil {
			p.t.Errorf("unmount: %v", err)
		}
	})
}

// mortal makes a program that runs rsync. While there is a file "hit" it sends
// slowly and kills itself, or a part of itself, after a while.
func (f *faulty) mortal(rsync string) string {
	f.t.Helper()
	f.write("rsync", `#!/bin/sh
here=`+f.dir+`
side=near
[ "$1" = --server ] && side=far
if mv $here/hit-$side $here/hit-$side-$$ 2>/dev/null; then
	read how after <$here/hit-$side-$$
	(
		sleep $after
		case $how in
		all) kill -KILL 0 ;;
		slow) ;;
		parts) pkill -KILL -P $$ ;;
		first) kill -KILL $$ ;;
		esac
	) </dev/null >/dev/null 2>&1 &
	[ $side = far ] || set -- --bwlimit=1000 "$@"
fi
exec `+rsync+` "$@"
`)
	if err := os.Chmod(f.path("rsync"), 0o755); err != nil {
		f.t.Fatal(err)
	}
	return f.path("rsync")
}

func (f *faulty) run(ops int) {
	f.change(40)
	f.start()
	for range 3 {
		f.change(ops)
		fault := f.choose()
		f.happened = append(f.happened, fault.name)
		before := f.failures()
		end := fault.begin()
		f.change(ops)
		f.await("the fault to be felt, or not", func() bool { return f.failures() > before || f.inStep() })
		end()
	}
	f.change(ops)
	f.settled()
	f.daemon.stop()
	f.nothingLeft()
}

func (f *faulty) change(n int) {
	f.t.Helper()
	if _, err := f.churner.Churn(n); err != nil {
		f.t.Fatal(err)
	}
}

func (f *faulty) start() {
	f.t.Helper()
	f.daemon = start(f.t, "-nodaemon", "-log", "Exec", "-log", "Delay", f.config)
	f.daemon.logs("--- Ready ---")
}

func (f *faulty) failures() int { return strings.Count(f.daemon.out.String(), "trying again in") }

// state is what the daemon says of its sync, nil if it does not answer.
func (f *faulty) state() *status.Sync {
	shot, err := status.Ask(context.Background(), status.SocketBeside(f.path("pid"), ""))
	if err != nil || len(shot.Syncs) != 1 {
		return nil
	}
	return &shot.Syncs[0]
}

// inStep reports whether nothing is left to do. A sync that has given up is a failure.
func (f *faulty) inStep() bool {
	f.t.Helper()
	s := f.state()
	if s == nil {
		return false
	}
	if s.State == status.Degraded || s.State == status.Stopped {
		f.t.Fatalf("the sync is %s: %s", s.State, s.Reason)
	}
	return s.State == status.InStep
}

// settled waits until nothing is left to do and both trees are equal.
func (f *faulty) settled() {
	f.t.Helper()
	var differences []string
	defer func() {
		if f.t.Failed() {
			f.t.Logf("differences:\n%s", strings.Join(differences, "\n"))
		}
	}()
	f.await("both trees to be equal", func() bool {
		if !f.inStep() {
			return false
		}
		differences = treetest.Equal(f.source, f.target, f.options)
		return len(differences) == 0
	})
}

// await is eventually for what a living daemon is to do.
func (f *faulty) await(what string, ok func() bool) {
	f.t.Helper()
	defer func() {
		if f.t.Failed() {
			f.t.Logf("it said: %+v\nrunning:\n%s", f.state(), strings.Join(processes(f.dir), "\n"))
		}
	}()
	ticks := 0
	eventually(f.t, what, func() bool {
		select {
		case <-f.daemon.done:
			f.t.Fatalf("the daemon has ended: %s", f.daemon.cmd.ProcessState)
		default:
		}
		ticks++
		return ticks%5 == 0 && ok() // each answer costs the daemon something, and there are many
	})
}

// nothingLeft checks that no process is left that works for this place.
func (f *faulty) nothingLeft() {
	f.t.Helper()
	if f.ps.server != nil {
		f.ps.server.stop(f.t) // ends the connections of daemons that were killed
	}
	var left []string
	eventually(f.t, "all processes to end", func() bool {
		left = processes(f.dir)
		return len(left) == 0
	})
}

// processes lists the command lines that have text in them.
func processes(text string) []string {
	var list []string
	found, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range found {
		line, err := os.ReadFile(path) // fails for what has ended meanwhile
		if err == nil && strings.Contains(string(line), text) {
			list = append(list, filepath.Base(filepath.Dir(path))+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return list
}

// fault is something that goes wrong; begin returns what makes it good again.
type fault struct {
	name  string
	begin func() (end func())
}

func (f *faulty) choose() fault {
	list := []fault{
		{"target away", f.away}, {"target full", f.full}, {"target read-only", f.readOnly}, {"daemon killed", f.killed},
	}
	if f.ps.name != "direct" {
		list = append(list, fault{"transfer killed", f.hit("near")}, fault{"daemon killed in a transfer", f.killedSending})
	}
	if f.ps.name == "rsyncssh" {
		list = append(list, fault{"remote rsync killed", f.hit("far")}, fault{"connection lost", f.cut}, fault{"server away", f.unserved})
	}
	return list[f.rng.IntN(len(list))]
}

func (f *faulty) away() func() {
	f.rename("disk", "unplugged")
	return func() { f.rename("unplugged", "disk") }
}

// full leaves the target no more than a few pages, or a few names.
func (f *faulty) full() func() {
	pages, names := uint64(f.rng.IntN(8)), uint64(f.rng.IntN(3))
	few := f.rng.IntN(2) == 0
	f.remount(0, func() string {
		var s unix.Statfs_t
		if err := unix.Statfs(f.target, &s); err != nil {
			f.t.Fatal(err)
		}
		if few {
			return fmt.Sprintf("nr_inodes=%d", s.Files-s.Ffree+names)
		}
		return fmt.Sprintf("size=%d", max(1, s.Blocks-s.Bfree+pages)*uint64(s.Bsize)) // 0 is no limit
	})
	return func() { f.remount(0, func() string { return "size=64m,nr_inodes=10000" }) }
}

func (f *faulty) readOnly() func() {
	as := func() string { return "" }
	f.remount(unix.MS_RDONLY, as)
	return func() { f.remount(0, as) }
}

// remount waits until nobody writes, or has got more than there is to be.
func (f *faulty) remount(flags uintptr, options func() string) {
	f.t.Helper()
	var tried string
	var err error
	defer func() {
		if f.t.Failed() {
			f.t.Logf("remount %q: %v", tried, err)
		}
	}()
	eventually(f.t, "the target to be mounted anew", func() bool {
		tried = options()
		err = unix.Mount("none", f.path("disk/mounted"), "tmpfs", unix.MS_REMOUNT|flags, tried)
		return err == nil
	})
}

// killed kills the daemon, and starts it again when more has changed.
func (f *faulty) killed() func() {
	f.daemon.signal(syscall.SIGKILL)
	f.daemon.wait()
	f.change(f.rng.IntN(20))
	f.start()
	return func() {}
}

// killedSending kills the daemon while a transfer is under way. What is left of
// that must not undo what the next daemon does.
func (f *faulty) killedSending() func() {
	f.write("hit-new", "slow 0\n")
	f.rename("hit-new", "hit-near")
	large := make([]byte, 300_000)
	for i := range large {
		large[i] = byte(f.rng.Uint32()) // not to be compressed
	}
	f.write("source/large", string(large))
	f.await("a transfer", func() bool { return !f.exists("hit-near") })
	f.daemon.signal(syscall.SIGKILL)
	f.daemon.wait()
	f.write("source/large", "small by now")
	f.start()
	return func() {}
}

// hit has the next transfer killed, on one of its two sides.
func (f *faulty) hit(side string) func() func() {
	return func() func() {
		how := []string{"all", "parts", "first"}[f.rng.IntN(3)]
		after := time.Duration(f.rng.IntN(100)) * time.Millisecond
		f.write("hit-new", fmt.Sprintf("%s %.3f\n", how, after.Seconds()))
		f.rename("hit-new", "hit-"+side)
		return func() { f.remove("hit-" + side) }
	}
}

func (f *faulty) cut() func() {
	f.ps.server.cut()
	return func() {}
}

func (f *faulty) unserved() func() {
	f.ps.server.stop(f.t)
	return func() { f.ps.server.serve(f.t, f.ps.server.dir) }
}
