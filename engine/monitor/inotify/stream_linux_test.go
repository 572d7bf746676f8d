package inotify

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// feed is a spool without a kernel.
func feed() *spool { return &spool{fd: -1, wake: make(chan struct{}, 1)} }

// read puts records into the spool as one read from the kernel would.
func (s *spool) put(records ...record) {
	var data []byte
	for _, r := range records {
		name := append([]byte(r.name), 0)
		for len(name)%16 != 0 { // the kernel pads
			name = append(name, 0)
		}
		data = binary.NativeEndian.AppendUint32(data, uint32(r.wd))
		data = binary.NativeEndian.AppendUint32(data, r.mask)
		data = binary.NativeEndian.AppendUint32(data, r.cookie)
		data = binary.NativeEndian.AppendUint32(data, uint32(len(name)))
		data = append(data, name...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chunks = append(s.chunks, chunk{data, time.Now()})
}

func from(cookie uint32, name string) record {
	return record{wd: 1, mask: unix.IN_MOVED_FROM, cookie: cookie, name: name}
}

func to(cookie uint32, name string) record {
	return record{wd: 1, mask: unix.IN_MOVED_TO, cookie: cookie, name: name}
}

func other(name string) record { return record{wd: 2, mask: unix.IN_CREATE, name: name} }

// drain takes what the stream gives now.
func drain(s *stream) string {
	var out []string
	for {
		h, ok := s.next()
		switch {
		case !ok:
			return strings.Join(out, " ")
		case h.swap:
			out = append(out, h.name+"<>"+h.to.name)
		case h.paired:
			out = append(out, h.name+">"+h.to.name)
		case h.mask&unix.IN_MOVED_FROM != 0:
			out = append(out, h.name+">")
		case h.mask&unix.IN_MOVED_TO != 0:
			out = append(out, ">"+h.name)
		default:
			out = append(out, h.name)
		}
	}
}

// §3: the halves of a rename find each other, apart and in two reads.
func TestPairing(t *testing.T) {
	type read []record
	for _, c := range []struct {
		name        string
		reads       []read
		now, later  string // what comes at once, and when pairHold is over
		lastDelayed bool   // the last read comes after the stream was asked
	}{
		{"one read", []read{{from(1, "a"), to(1, "b"), other("x")}}, "a>b x", "", false},
		{"interleaved", []read{{from(1, "a"), other("x"), to(1, "b"), other("y")}}, "a>b x y", "", false},
		{"over the end of a read", []read{{other("x"), from(1, "a")}, {to(1, "b"), other("y")}}, "x a>b y", "", false},
		{"second half not yet there", []read{{from(1, "a"), other("x")}, {to(1, "b")}}, "", "a>b x", true},
		{"moved out", []read{{from(1, "a"), other("x")}}, "", "a> x", false},
		{"moved in", []read{{to(1, "b"), other("x")}}, ">b x", "", false},
		{"two at once", []read{{from(1, "a"), from(2, "c"), to(2, "d"), to(1, "b")}}, "a>b c>d", "", false},
		{"lost in an overflow", []read{{from(1, "a"), record{wd: -1, mask: unix.IN_Q_OVERFLOW, name: "!"}, to(1, "b")}}, "a> ! >b", "", false},
		{"exchange", []read{{from(1, "a"), to(1, "b"), from(2, "b"), to(2, "a"), other("x")}}, "a<>b x", "", false},
		{"a chain is no exchange", []read{{from(1, "a"), to(1, "b"), from(2, "b"), to(2, "c")}}, "a>b b>c", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &stream{spool: feed()}
				reads := c.reads
				if c.lastDelayed {
					reads = reads[:len(reads)-1]
				}
				for _, r := range reads {
					s.spool.put(r...)
				}
				if got := drain(s); got != c.now {
					t.Errorf("at once %q, wanted %q", got, c.now)
				}
				if s.until.IsZero() != (c.later == "") {
					t.Errorf("waits until %v", s.until)
				}
				if c.lastDelayed {
					s.spool.put(c.reads[len(c.reads)-1]...)
				} else if !s.until.IsZero() {
					<-time.After(time.Until(s.until))
				}
				if got := drain(s); got != c.later {
					t.Errorf("later %q, wanted %q", got, c.later)
				}
			})
		})
	}
}

// TestPairingReach: in a storm the second half is looked for among some records only, and
// the list of records does not grow with the storm.
// §3: also in a storm.
func TestPairingReach(t *testing.T) {
	s := &stream{spool: feed()}
	const n = 40_000
	for i := range n / 100 {
		var r []record
		for k := range 100 {
			r = append(r, from(uint32(i*100+k+1), fmt.Sprint(i*100+k)))
		}
		s.spool.put(r...)
	}
	longest := 0
	for i := range n - pairReach {
		h, ok := s.next()
		if !ok || h.paired || h.name != fmt.Sprint(i) {
			t.Fatalf("record %d: %v %v", i, h.record, ok)
		}
		longest = max(longest, len(s.list))
	}
	if longest > 20_000 {
		t.Errorf("a list of %d records", longest)
	}
}
