package task

// list is a doubly linked list of tasks: each is in one list at most.
type list struct {
	first, last *Task
	n           int
}

func (l *list) push(t *Task) {
	t.prev, t.next = l.last, nil
	if l.last == nil {
		l.first = t
	} else {
		l.last.next = t
	}
	l.last = t
	l.n++
}

// appendFirst appends the first n tasks to another list.
func (l *list) appendFirst(to []*Task, n int) []*Task {
	for t := l.first; t != nil && n > 0; t, n = t.next, n-1 {
		to = append(to, t)
	}
	return to
}

func (l *list) remove(t *Task) {
	if t.prev == nil {
		l.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.prev, t.next = nil, nil
	l.n--
}
