package delay

import "slices"

// heapItem says that a delay comes up at key. It is void once the delay's turn has
// gone on: items are not taken out but skipped, so that a timerHeap moves
// only its own memory and never touches the delays.
type heapItem struct {
	key int64
	runItem
}

// runItem is an item whose delay knows the key, as long as the item is not void.
type runItem struct {
	delay *Delay
	turn  uint32
}

func (i runItem) void() bool { return i.turn != i.delay.turn }

// timerHeap is a priority queue of delays, least key first. Keys mostly come in
// rising order, as events do; those stand in run, the others in a heap.
type timerHeap struct {
	bySeq bool // the key is the position, else the alarm
	run   []runItem
	last  int64      // the key of the last of run
	young uint64     // its position
	mixed bool       // run is not in order of position
	done  int        // the first of run that have been dropped
	heap  []heapItem // each no greater than its children: 4i+1 to 4i+4
}

func (h *timerHeap) key(d *Delay) int64 {
	if h.bySeq {
		return int64(d.seq) //nolint:gosec // it is counted
	}
	return int64(d.alarm)
}

func (h *timerHeap) push(d *Delay) {
	key, item := h.key(d), runItem{d, d.turn}
	if len(h.run) == 0 || h.last <= key {
		h.mixed = len(h.run) > 0 && (h.mixed || d.seq < h.young)
		h.run, h.last, h.young = append(h.run, item), key, d.seq
		return
	}
	h.heap = append(h.heap, heapItem{key, item})
	h.up(len(h.heap) - 1)
}

// peek returns the first delay that is not void, and its key; nil if there is none.
func (h *timerHeap) peek() (*Delay, int64) {
	first, key := h.peekRun()
	if other, otherKey := h.peekHeap(); other != nil && (first == nil || otherKey < key) {
		return other, otherKey
	}
	return first, key
}

func (h *timerHeap) peekRun() (*Delay, int64) {
	for h.done < len(h.run) && h.run[h.done].void() {
		h.dropRun()
	}
	if h.done == len(h.run) {
		return nil, 0
	}
	first := h.run[h.done].delay
	return first, h.key(first)
}

func (h *timerHeap) peekHeap() (*Delay, int64) {
	for len(h.heap) > 0 && h.heap[0].void() {
		h.dropHeap()
	}
	if len(h.heap) == 0 {
		return nil, 0
	}
	return h.heap[0].delay, h.heap[0].key
}

func (h *timerHeap) dropRun() {
	h.run[h.done] = runItem{}
	h.done++
	if h.done == len(h.run) {
		h.run, h.done = h.run[:0], 0
	}
}

func (h *timerHeap) dropHeap() {
	n := len(h.heap) - 1
	h.heap[0], h.heap[n] = h.heap[n], heapItem{}
	h.heap = h.heap[:n]
	h.down(0)
}

// trim drops the void items once they are the larger part. valid is the number
// of the others.
func (h *timerHeap) trim(valid int) {
	if len(h.run)+len(h.heap) <= 2*valid+64 {
		return
	}
	run := make([]runItem, 0, valid)
	for _, i := range h.run[h.done:] {
		if !i.void() {
			run = append(run, i)
		}
	}
	h.run, h.done = run, 0
	h.heap = slices.Clone(slices.DeleteFunc(h.heap, func(i heapItem) bool { return i.void() }))
	for i := len(h.heap)/4 + 1; i >= 0; i-- {
		h.down(i)
	}
}

// each calls f for every delay that is not void, in no order.
func (h *timerHeap) each(f func(*Delay)) {
	for _, i := range h.run[h.done:] {
		if !i.void() {
			f(i.delay)
		}
	}
	for _, i := range h.heap {
		if !i.void() {
			f(i.delay)
		}
	}
}

func (h *timerHeap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 4
		if h.heap[parent].key <= h.heap[i].key {
			return
		}
		h.heap[parent], h.heap[i] = h.heap[i], h.heap[parent]
		i = parent
	}
}

func (h *timerHeap) down(i int) {
	for {
		least := i
		for child := 4*i + 1; child <= 4*i+4 && child < len(h.heap); child++ {
			if h.heap[child].key < h.heap[least].key {
				least = child
			}
		}
		if least == i {
			return
		}
		h.heap[i], h.heap[least] = h.heap[least], h.heap[i]
		i = least
	}
}
