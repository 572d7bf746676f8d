package delay

// Each calls f for every delay in FIFO order until f returns false. f may
// remove the delay it is given, and must not change the queue otherwise.
func (q *Queue) Each(f func(*Delay) bool) {
	for d := q.fifo.first(false); d != nil; {
		younger := d.next(false)
		if !f(d) {
			return
		}
		d = younger
	}
}
