package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/transfer"
	"lsyncgo/engine/transfer/transfertest"
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
		check(t, transfertest.RandomTree(rng, o.Source))
		var changes []transfertest.Change
		var failed error
		done := make(chan struct{})
		go func() {
			defer close(done)
			changes, failed = transfertest.Churn(rng, o.Source, 200)
		}()
		for busy := true; busy; {
			select {
			case <-done:
				busy = false
			default:
				_, err := transfer.Tree(context.Background(), o, "")
				check(t, err)
			}
		}
		check(t, failed)
		apply(t, o, opsOf(rand.New(rand.NewPCG(seed, 3)), changes))
		same(t, o)
	}
}

func churn(o transfer.Options, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 1))
	if err := transfertest.RandomTree(rng, o.Source); err != nil {
		return err
	}
	r, err := transfer.Tree(context.Background(), o, "")
	if err := judge(o, r, err); err != nil {
		return fmt.Errorf("tree: %w", err)
	}
	for round := range 4 {
		changes, err := transfertest.Churn(rng, o.Source, 1+rng.IntN(60))
		if err != nil {
			return err
		}
		told := opsOf(rng, changes)
		for rest := told; len(rest) > 0; {
			n := len(rest)
			if seed%2 == 1 {
				n = 1 + rng.IntN(n)
			}
			if r, err = transfer.Apply(context.Background(), o, rest[:n]); err != nil || r.ExitCode() != 0 {
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

func judge(o transfer.Options, r transfer.Report, err error) error {
	if err != nil || r.ExitCode() != transfer.ExitOK {
		return fmt.Errorf("%+v: %w", r, errors.Join(err, errUnequal))
	}
	if diff := transfertest.Equal(o.Source, o.Target, kept); len(diff) > 0 {
		return fmt.Errorf("%d differences: %q", len(diff), diff)
	}
	return nil
}

// opsOf makes a batch of what a monitor told: some ops twice, and what one
// path got again folded, as the delay queue does it.
func opsOf(rng *rand.Rand, changes []transfertest.Change) []transfer.Op {
	var ops []transfer.Op
	for _, c := range changes {
		op := transfer.Op{Kind: c.Kind, Path: c.Path, Dest: c.Dest, Tree: c.Tree}
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
