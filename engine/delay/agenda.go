package delay

import "slices"

// slip says that a delay comes up at key. It is void once the delay's turn has
// gone on: slips are not taken out but skipped, so that an agenda moves only
// its own memory and never touches the delays.
type slip struct {
	key   int64
	delay *Delay
	turn  uint32
}

func (s slip) void() bool { return s.turn != s.delay.turn }

// agenda is a priority queue of slips, least key first. Keys mostly come in
// rising order, as events do; those stand in run, the others in a heap.
type agenda struct {
	run  []slip
	done int    // the first of run that have been dropped
	heap []slip // each no greater than its children: 4i+1 to 4i+4
}

func (a *agenda) push(key int64, d *Delay) {
	s := slip{key, d, d.turn}
	if n := len(a.run); n == 0 || a.run[n-1].key <= key {
		a.run = append(a.run, s)
		return
	}
	a.heap = append(a.heap, s)
	a.up(len(a.heap) - 1)
}

// peek returns the first valid slip.
func (a *agenda) peek() (slip, bool) {
	for a.done < len(a.run) && a.run[a.done].void() {
		a.dropRun()
	}
	for len(a.heap) > 0 && a.heap[0].void() {
		a.dropHeap()
	}
	switch {
	case a.done == len(a.run) && len(a.heap) == 0:
		return slip{}, false
	case len(a.heap) == 0 || a.done < len(a.run) && a.run[a.done].key <= a.heap[0].key:
		return a.run[a.done], true
	}
	return a.heap[0], true
}

func (a *agenda) dropRun() {
	a.run[a.done] = slip{}
	a.done++
	if a.done == len(a.run) {
		a.run, a.done = a.run[:0], 0
	}
}

func (a *agenda) dropHeap() {
	n := len(a.heap) - 1
	a.heap[0], a.heap[n] = a.heap[n], slip{}
	a.heap = a.heap[:n]
	a.down(0)
}

// trim drops the void slips once they are the larger part. valid is the number
// of the others.
func (a *agenda) trim(valid int) {
	if len(a.run)+len(a.heap) <= 2*valid+64 {
		return
	}
	run := make([]slip, 0, valid)
	for _, s := range a.run[a.done:] {
		if !s.void() {
			run = append(run, s)
		}
	}
	heap := slices.DeleteFunc(a.heap, slip.void)
	a.run, a.done, a.heap = run, 0, slices.Clone(heap)
	for i := len(a.heap)/4 + 1; i >= 0; i-- {
		a.down(i)
	}
}

// each calls f for every valid slip, in no order.
func (a *agenda) each(f func(*Delay)) {
	for _, part := range [...][]slip{a.run[a.done:], a.heap} {
		for _, s := range part {
			if !s.void() {
				f(s.delay)
			}
		}
	}
}

func (a *agenda) up(i int) {
	for i > 0 {
		parent := (i - 1) / 4
		if a.heap[parent].key <= a.heap[i].key {
			return
		}
		a.heap[parent], a.heap[i] = a.heap[i], a.heap[parent]
		i = parent
	}
}

func (a *agenda) down(i int) {
	for {
		least := i
		for child := 4*i + 1; child <= 4*i+4 && child < len(a.heap); child++ {
			if a.heap[child].key < a.heap[least].key {
				least = child
			}
		}
		if least == i {
			return
		}
		a.heap[i], a.heap[least] = a.heap[least], a.heap[i]
		i = least
	}
}
