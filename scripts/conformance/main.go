package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"
)

func main() {
	if standin := filepath.Base(os.Args[0]); os.Getenv(placeVariable) != "" {
		os.Exit(standIn(standin, os.Args[1:]))
	}
	os.Exit(run())
}

type options struct {
	pattern  *regexp.Regexp
	verbose  bool
	engines  [2]string // paths by engine
	parallel int
	seed     uint64
}

func run() int {
	pattern := flag.String("run", "", "run only the scenarios whose names match this `regexp`")
	verbose := flag.Bool("v", false, "show the recordings of every scenario")
	lsyncd := flag.String("lsyncd", "lsyncd", "`path` of Lsyncd")
	lsyncgo := flag.String("lsyncgo", "", "`path` of lsyncgo; without it, it is built")
	seed := flag.Uint64("seed", 1, "seed of the generated operations")
	parallel := flag.Int("parallel", 16, "how many scenarios run at a time")
	flag.Parse()

	re, err := regexp.Compile(*pattern)
	if err != nil {
		return report(fmt.Errorf("-run: %w", err))
	}
	dir, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return report(err)
	}
	defer os.RemoveAll(dir)
	o := options{pattern: re, verbose: *verbose, parallel: *parallel, seed: *seed}
	if o.engines[theirs], err = exec.LookPath(*lsyncd); err != nil {
		return report(fmt.Errorf("find Lsyncd (apt-get install lsyncd): %w", err))
	}
	o.engines[ours] = *lsyncgo
	if *lsyncgo == "" {
		o.engines[ours] = filepath.Join(dir, "lsyncgo")
		if out, err := exec.Command("go", "build", "-o", o.engines[ours], "lsyncgo/cmd/lsyncgo").CombinedOutput(); err != nil {
			return report(fmt.Errorf("build lsyncgo: %w\n%s", err, out))
		}
	}
	// An interrupted run ends its engines and removes its directory.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return runAll(ctx, o, dir)
}

func report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "conformance:", err)
	return 1
}

// runAll runs the scenarios, prints what came of them, and returns the exit status.
func runAll(ctx context.Context, o options, dir string) int {
	var list []scenario
	for _, s := range scenarios(rand.New(rand.NewPCG(o.seed, 0))) {
		if o.pattern.MatchString(s.name) {
			list = append(list, s)
		}
	}
	work := make(chan int)
	results := make(chan result)
	var workers sync.WaitGroup
	for range o.parallel {
		workers.Go(func() {
			for i := range work {
				results <- try(ctx, o, list[i], filepath.Join(dir, fmt.Sprint("s", i)))
			}
		})
	}
	go func() {
		for i := range list {
			if ctx.Err() != nil {
				break
			}
			work <- i
		}
		close(work)
		workers.Wait()
		close(results)
	}()
	began := time.Now()
	passed, failed := 0, 0
	for r := range results {
		if r.faults == "" {
			passed++
		} else {
			failed++
		}
		r.print(o.verbose)
	}
	fmt.Printf("%v\n%d passed, %d failed\n", time.Since(began).Round(time.Second), passed, failed)
	if failed > 0 || ctx.Err() != nil {
		return 1
	}
	return 0
}

// result is what came of a scenario.
type result struct {
	scenario  scenario
	faults    string // "" if it passed
	shown     string // both recordings
	took      time.Duration
	secondTry bool
}

func (r result) print(verbose bool) {
	verdict, note := "ok  ", ""
	if r.faults != "" {
		verdict = "FAIL"
	}
	if r.secondTry {
		note = ", second try"
	}
	fmt.Printf("%s %s (%.1fs%s)\n%s", verdict, r.scenario.name, r.took.Seconds(), note, r.faults)
	if verbose {
		fmt.Print(r.shown)
	}
}

// try runs a scenario. If it disagrees it runs once more with more patience,
// because on a busy machine operations that belong together can be torn apart.
func try(ctx context.Context, o options, s scenario, dir string) result {
	began := time.Now()
	r := attempt(ctx, o, s, dir)
	if r.faults != "" && ctx.Err() == nil {
		s.patience++
		r = attempt(ctx, o, s, dir+"-again")
		r.secondTry = true
	}
	r.took = time.Since(began)
	return r
}

func attempt(ctx context.Context, o options, s scenario, dir string) result {
	var recordings [2]recording
	var errs [2]error
	var both sync.WaitGroup
	for engine, path := range o.engines {
		both.Go(func() {
			recordings[engine], errs[engine] = play(ctx, s, engine, path, filepath.Join(dir, fmt.Sprint(engine)))
		})
	}
	both.Wait()
	r := result{scenario: s}
	for engine, err := range errs {
		if err != nil {
			r.faults += fmt.Sprintf("     %s: %v\n", engineNames[engine], err)
		}
	}
	for i := range recordings {
		r.shown += recordings[i].show("as recorded")
		for _, d := range s.differs {
			d.rewrite(&recordings[i])
		}
	}
	r.faults += compare(s, recordings)
	if r.faults != "" {
		r.faults += fmt.Sprintf("     operations: %q\n", s.ops)
		for i := range recordings {
			r.faults += recordings[i].show("to compare")
		}
		if len(s.differs) > 0 {
			r.faults += r.shown
		}
	}
	return r
}
