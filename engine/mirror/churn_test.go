package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat/treetest"
	"lsyncgo/engine/mirror"
)

// TestChurn: whatever was done to the source, however late and in however many
// batches it is told, both trees are equal in the end.
func TestChurn(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			check(t, churn(sides(t), seed))
		})
	}
}

// TestBusySource compares trees while the source changes: what was copied at
// any moment is no hindrance to the events that come later.
func TestBusySource(t *testing.T) {
	for seed := range uint64(4) {
		o := sides(t)
		rng := rand.New(rand.NewPCG(seed, 2))
		check(t, treetest.RandomTree(rng, o.Source))
		var changes []treetest.Change
		var failed error
		done := make(chan struct{})
		go func() {
			defer close(done)
			changes, failed = treetest.Churn(rng, o.Source, 200)
		}()
		for busy := true; busy; {
			select {
			case <-done:
				busy = false
			default:
				_, err := mirror.Tree(context.Background(), o, "")
				check(t, err)
			}
		}
		check(t, failed)
		apply(t, o, opsOf(rand.New(rand.NewPCG(seed, 3)), changes))
		same(t, o)
	}
}

func churn(o mirror.Options, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 1))
	if err := treetest.RandomTree(rng, o.Source); err != nil {
		return err
	}
	r, err := mirror.Tree(context.Background(), o, "")
	if err := judge(o, r, err); err != nil {
		return fmt.Errorf("tree: %w", err)
	}
	for round := range 4 {
		changes, err := treetest.Churn(rng, o.Source, 1+rng.IntN(60))
		if err != nil {
			return err
		}
		told := opsOf(rng, changes)
		for rest := told; len(rest) > 0; {
			n := len(rest)
			if seed%2 == 1 {
				n = 1 + rng.IntN(n)
			}
			if r, err = mirror.Apply(context.Background(), o, rest[:n]); err != nil || r.ExitCode() != 0 {
				return fmt.Errorf("round %d: %+v: %w", round, r, errors.Join(err, errUnequal))
			}
			rest = rest[n:]
		}
		if err := judge(o, r, nil); err != nil {
			return fmt.Errorf("round %d: %w, after %q", round, err, fmt.Sprint(told))
		}
	}
	return nil
}

var errUnequal = errors.New("not brought into step")

func judge(o mirror.Options, r mirror.Report, err error) error {
	if err != nil || r.ExitCode() != mirror.ExitOK {
		return fmt.Errorf("%+v: %w", r, errors.Join(err, errUnequal))
	}
	if diff := treetest.Equal(o.Source, o.Target, kept); len(diff) > 0 {
		return fmt.Errorf("%d differences: %q", len(diff), diff)
	}
	return nil
}

// opsOf makes a batch of what a monitor told: some ops twice, and what one
// path got again folded, as the delay queue does it.
func opsOf(rng *rand.Rand, changes []treetest.Change) []mirror.Op {
	var ops []mirror.Op
	for _, c := range changes {
		op := mirror.Op{Kind: c.Kind, Path: c.Path, Dest: c.Dest, Tree: c.Tree}
		if n := len(ops); n > 0 && op.Kind == event.Modify && ops[n-1].Path == op.Path && ops[n-1].Kind == event.Create {
			continue
		}
		ops = append(ops, op)
		if rng.IntN(10) == 0 {
			ops = append(ops, op)
		}
	}
	return ops
}
