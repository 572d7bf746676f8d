package processors

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// plays lets a test say how much is used.
type plays struct {
	mu    sync.Mutex // guards all below
	spent time.Duration
	uses  []int
}

func (p *plays) set() *Set {
	return newSet(4, func(n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.uses = append(p.uses, n)
	}, func() (time.Duration, bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.spent, true
	})
}

// pass lets time pass in which so many processors are used.
func (p *plays) pass(d time.Duration, load float64) {
	p.mu.Lock()
	p.spent += time.Duration(load * float64(d))
	p.mu.Unlock()
	time.Sleep(d)
	synctest.Wait()
}

func (p *plays) want(t *testing.T, what string, uses ...int) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.uses) != len(uses) {
		t.Fatalf("%s: got %v, want %v", what, p.uses, uses)
	}
	for i := range uses {
		if p.uses[i] != uses[i] {
			t.Fatalf("%s: got %v, want %v", what, p.uses, uses)
		}
	}
}

func TestLoadDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &plays{}
		s := p.set()
		p.pass(linger, 0.5)
		p.want(t, "one might not do")
		p.pass(linger, 0.1)
		p.want(t, "one does", 1)

		p.pass(window/2, 1)
		s.Look(time.Now())
		p.want(t, "busy for a moment only", 1)
		p.pass(window, 0.3)
		s.Look(time.Now())
		p.want(t, "one does still", 1)
		p.pass(window, 0.9)
		s.Look(time.Now())
		p.want(t, "one does not do", 1, 4)
		p.pass(linger, 0.9)
		p.pass(linger, 0.9)
		p.want(t, "busy as before", 1, 4)
		p.pass(linger, 0)
		p.want(t, "done", 1, 4, 1)

		p.pass(time.Hour, 0)
		s.Need()
		p.want(t, "work for several", 1, 4, 1, 4)
		s.Need()
		s.Look(time.Now())
		p.want(t, "still", 1, 4, 1, 4)
		p.pass(linger, 0)
		p.want(t, "little came of it", 1, 4, 1, 4, 1)
		s.Close()
		p.want(t, "closed", 1, 4, 1, 4, 1, 4)
		s.Need()
		s.Close()
	})
}

func TestNoneDecidesNothing(*testing.T) {
	var s *Set
	s.Need()
	s.Look(time.Now())
	s.Close()
}
