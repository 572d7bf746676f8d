package delay

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

var kinds = map[string]event.Kind{
	"Attrib": event.Attrib, "Modify": event.Modify, "Create": event.Create, "Delete": event.Delete,
	"Move": event.Move, "Init": event.Init, "Blanket": event.Blanket, "Full": event.Full,
}

// script drives a queue by lines and tells what each of them led to.
//
//	Modify a 5     an event with its alarm at 5 s; without a number at 0 s
//	Create a/ tree
//	Move a > b
//	Init           also Blanket, Full
//	activate 2     the delay that was queued second
//	retry 2 7      held until 7 s
//	curtail 2      whether something is left of it
//	divide 2       whether a Move was taken apart, as its origin was made anew
//	remove 2
//	next 3         what is ready at 3 s
//	alarm
//	collect 3 leave=a break=b
//	max 10
//	queue          everything, in FIFO order
type script struct {
	q      *Queue
	delays []*Delay // in the order they were queued
}

func newScript() *script { return &script{q: New(0)} }

// do runs lines separated by semicolons and joins their results the same way.
func (s *script) do(lines string) string {
	var results []string
	for line := range strings.SplitSeq(lines, ";") {
		if r := s.line(strings.Fields(line)); r != "" {
			results = append(results, r)
		}
	}
	return strings.Join(results, "; ")
}

func (s *script) line(words []string) string {
	if kind, ok := kinds[words[0]]; ok {
		return s.add(kind, words[1:])
	}
	arg := func(i int) int {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			panic(err)
		}
		return n
	}
	switch words[0] {
	case "activate":
		s.q.Activate(s.delays[arg(1)-1])
	case "retry":
		s.q.Retry(s.delays[arg(1)-1], at(arg(2)))
	case "curtail":
		return strconv.FormatBool(s.q.Curtail(s.delays[arg(1)-1]))
	case "divide":
		w := s.q.Divide(s.delays[arg(1)-1], at(0))
		for one := 1; w != nil && w.Do(&one); one = 1 { // in the smallest parts
		}
		return strconv.FormatBool(w != nil)
	case "remove":
		s.q.Remove(s.delays[arg(1)-1])
	case "max":
		s.q.SetMaxDelays(arg(1))
	case "next":
		return s.number(s.q.Next(at(arg(1))))
	case "alarm":
		return s.alarm()
	case "collect":
		return s.collect(at(arg(1)), words[2:])
	case "queue":
		return s.queue()
	default:
		panic(words[0])
	}
	return ""
}

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func (s *script) add(kind event.Kind, words []string) string {
	var path, dest string
	tree, alarm := false, at(0)
	for i, w := range words {
		n, err := strconv.Atoi(w)
		switch {
		case err == nil:
			alarm = at(n)
		case w == "tree":
			tree = true
		case w == "/":
		case i > 0 && words[i-1] == ">":
			dest = w
		case w != ">":
			path = w
		}
	}
	if kind > event.Move {
		s.delays = append(s.delays, s.q.AddUncombined(kind, path, alarm))
		return ""
	}
	v := s.q.Add(kind, path, dest, tree, alarm)
	s.q.Each(func(d *Delay) bool {
		if len(s.delays) == 0 || d.seq > s.delays[len(s.delays)-1].seq {
			s.delays = append(s.delays, d)
		}
		return true
	})
	return v.String()
}

func (s *script) number(d *Delay) string {
	for i := range s.delays {
		if s.delays[i] == d {
			return strconv.Itoa(i + 1)
		}
	}
	return "none"
}

func (s *script) alarm() string {
	alarm, ok := s.q.NextAlarm()
	switch {
	case !ok:
		return "never"
	case alarm.IsZero():
		return "now"
	}
	return strconv.Itoa(int(alarm.Sub(start).Seconds()))
}

func (s *script) collect(now time.Time, rules []string) string {
	list, _ := s.q.Collect(now, 0, math.MaxInt, func(d *Delay) Choice {
		for _, r := range rules {
			switch r {
			case "leave=" + d.Path():
				return Leave
			case "break=" + d.Path():
				return Break
			}
		}
		return Take
	})
	numbers := make([]string, len(list))
	for i, d := range list {
		numbers[i] = s.number(d)
	}
	return "[" + strings.Join(numbers, " ") + "]"
}

func (s *script) queue() string {
	var list []string
	s.q.Each(func(d *Delay) bool {
		line := strings.TrimSpace(fmt.Sprint(d.Kind, " ", d.Path()))
		if d.Path() == "" && d.Kind < event.Init {
			line += " /"
		}
		if d.Dest() != "" {
			line += " > " + d.Dest()
		}
		if d.Tree {
			line += " tree"
		}
		list = append(list, line+" "+d.Status().String())
		return true
	})
	return strings.Join(list, ", ")
}

type scriptCase struct{ name, do, want string }

func runScripts(t *testing.T, cases []scriptCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := newScript().do(c.do); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.do, got, c.want)
			}
		})
	}
}
