package kernel

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// feed is a Reader without a kernel.
func feed() *Reader { return &Reader{fd: -1, wake: make(chan struct{}, 1)} }

// read puts records into the Reader as one read from the kernel would.
func (s *Reader) put(records ...Record) {
	var data []byte
	for _, r := range records {
		name := append([]byte(r.Name), 0)
		for len(name)%16 != 0 { // the kernel pads
			name = append(name, 0)
		}
		data = binary.NativeEndian.AppendUint32(data, uint32(r.WD))
		data = binary.NativeEndian.AppendUint32(data, r.Mask)
		data = binary.NativeEndian.AppendUint32(data, r.Cookie)
		data = binary.NativeEndian.AppendUint32(data, uint32(len(name)))
		data = append(data, name...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, readBuffer{data: data, at: time.Now()})
}

func from(cookie uint32, name string) Record {
	return Record{WD: 1, Mask: unix.IN_MOVED_FROM, Cookie: cookie, Name: name}
}

func to(cookie uint32, name string) Record {
	return Record{WD: 1, Mask: unix.IN_MOVED_TO, Cookie: cookie, Name: name}
}

func other(name string) Record { return Record{WD: 2, Mask: unix.IN_CREATE, Name: name} }

// drain takes what the Stream gives now.
func drain(s *Stream) string {
	var out []string
	for {
		h, ok := s.Next()
		switch {
		case !ok:
			return strings.Join(out, " ")
		case h.Swap:
			out = append(out, h.Name+"<>"+h.To.Name)
		case h.Paired:
			out = append(out, h.Name+">"+h.To.Name)
		case h.Mask&unix.IN_MOVED_FROM != 0:
			out = append(out, h.Name+">")
		case h.Mask&unix.IN_MOVED_TO != 0:
			out = append(out, ">"+h.Name)
		default:
			out = append(out, h.Name)
		}
	}
}

// §3: the halves of a rename find each other, apart and in two reads.
func TestPairing(t *testing.T) {
	type read []Record
	for _, c := range []struct {
		name        string
		reads       []read
		now, later  string // what comes at once, and when pairHold is over
		lastDelayed bool   // the last read comes after the Stream was asked
	}{
		{"one read", []read{{from(1, "a"), to(1, "b"), other("x")}}, "a>b x", "", false},
		{"interleaved", []read{{from(1, "a"), other("x"), to(1, "b"), other("y")}}, "a>b x y", "", false},
		{"over the end of a read", []read{{other("x"), from(1, "a")}, {to(1, "b"), other("y")}}, "x a>b y", "", false},
		{"second half not yet there", []read{{from(1, "a"), other("x")}, {to(1, "b")}}, "", "a>b x", true},
		{"moved out", []read{{from(1, "a"), other("x")}}, "", "a> x", false},
		{"moved in", []read{{to(1, "b"), other("x")}}, ">b x", "", false},
		{"two at once", []read{{from(1, "a"), from(2, "c"), to(2, "d"), to(1, "b")}}, "a>b c>d", "", false},
		{"lost in an overflow", []read{{from(1, "a"), Record{WD: -1, Mask: unix.IN_Q_OVERFLOW, Name: "!"}, to(1, "b")}}, "a> ! >b", "", false},
		{"exchange", []read{{from(1, "a"), to(1, "b"), from(2, "b"), to(2, "a"), other("x")}}, "a<>b x", "", false},
		{"a chain is no exchange", []read{{from(1, "a"), to(1, "b"), from(2, "b"), to(2, "c")}}, "a>b b>c", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Stream{reader: feed()}
				reads := c.reads
				if c.lastDelayed {
					reads = reads[:len(reads)-1]
				}
				for _, r := range reads {
					s.reader.put(r...)
				}
				if got := drain(s); got != c.now {
					t.Errorf("at once %q, wanted %q", got, c.now)
				}
				if s.until.IsZero() != (c.later == "") {
					t.Errorf("waits until %v", s.until)
				}
				if c.lastDelayed {
					s.reader.put(c.reads[len(c.reads)-1]...)
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
	s := &Stream{reader: feed()}
	const n = 40_000
	for i := range n / 100 {
		var r []Record
		for k := range 100 {
			name := fmt.Sprint(i*100 + k)
			if k%10 == 0 { // each of these looks through pairReach others
				r = append(r, from(uint32(i*100+k+1), name))
			} else {
				r = append(r, other(name))
			}
		}
		s.reader.put(r...)
	}
	longest := 0
	for i := range n - pairReach {
		h, ok := s.Next()
		if !ok || h.Paired || h.Name != fmt.Sprint(i) {
			t.Fatalf("Record %d: %v %v", i, h.Record, ok)
		}
		longest = max(longest, len(s.list))
	}
	if longest > 20_000 {
		t.Errorf("a list of %d records", longest)
	}
}
