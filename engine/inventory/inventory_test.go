package inventory_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/inventory"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// TestLosses plays words: +path -path from>to, ~ for a minute, ! to forgive, = for a count of what follows it up to "=".
func TestLosses(t *testing.T) {
	const known = "+a/ +a/1 +a/2 +a/b/ +a/b/3 +c +d ~~~~~~~~~~~ " // seven entries
	for _, c := range []struct {
		name, play  string
		lost, known int
		first       string
	}{
		{"nothing", known, 0, 7, ""},
		{"a file", known + "-c", 1, 7, "c"},
		{"twice", known + "-c -c", 1, 7, "c"},
		{"one that is not known", known + "-x -x/y -c/", 0, 7, ""},
		{"a directory counts with all below", known + "-a/", 5, 7, "a/"},
		{"from below up", known + "-a/1 -a/2 -a/b/3 -a/b/ -a/", 5, 7, "a/"},
		{"the topmost only", known + "-a/b/3 -a/b/ -d", 3, 7, "a/b/ d"},
		{"created again", known + "-c +c", 0, 7, ""},
		{"a directory created again", known + "-a/ +a/ +a/1", 3, 7, "a/2 a/b/"},
		{"lost again", known + "-c +c -c", 1, 7, "c"},
		{"another type", known + "-c +c/ +c/x", 0, 7, ""},
		{"another type of directory", known + "-a/ +a", 4, 7, "a/1 a/2 a/b/"},
		{"what comes and goes", known + "+x -x +y/ +y/z -y/", 0, 7, ""},
		{"what comes is not known at first", known + "+x +y", 0, 7, ""},
		{"what comes is known later", known + "+x +y ~~~~~~~~~~~", 0, 9, ""},
		{"a file renamed", known + "c>x", 0, 7, ""},
		{"a directory renamed", known + "a/>x/", 0, 7, ""},
		{"renamed into another", known + "a/b/>x/ -a/ -x/", 5, 7, "a/ x/"},
		{"renamed over another", known + "c>d", 0, 6, ""},
		{"renamed onto what was lost", known + "-c d>c", 0, 6, ""},
		{"renamed over an emptied directory", known + "+x/ ~~~~~~~~~~~ -a/1 -a/2 -a/b/ x/>a/", 4, 7, "a/1 a/2 a/b/"},
		{"renamed and filled again", known + "+x/ +x/1 ~~~~~~~~~~~ -a/1 -a/2 x/>a/", 1, 6 + 1, "a/2"},
		{"renamed from nowhere", known + "x>y -c", 1, 7, "c"},
		{"a directory into itself", known + "a/>a/b/q/", 0, 7, ""},
		{"the source itself", known + "- +", 0, 7, ""},
		{"trickling", known + "-c ~~~~~ -a/1 ~~~ -a/2", 3, 7, "c a/1 a/2"},
		{"slowly", known + "-c ~~~~~~~~~~~ -a/1 ~~~~~~~~~~~ -a/2", 1, 5, "a/2"},
		{"a loss that is past, then new", known + "-c ~~~~~~~~~~~ +c -c", 0, 6, ""},
		{"a directory that is past", known + "-a/ ~~~~~~~~~~~", 0, 2, ""},
		{"past below one that is there", known + "-a/b/3 -a/b/ ~~~~~~~~~~~ +a/b/ -a/b/", 0, 5, ""},
		{"forgiven", known + "-a/ -c !", 0, 1, ""},
		{"forgiven once", known + "-a/ ! -c", 1, 2, "c"},
		{"below what was never told", known + "+x/y/z ~~~~~~~~~~~ -x/", 1, 8, "x/y/z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, now := inventory.New(), start
			n.Advance(now, now)
			for _, w := range strings.Fields(strings.ReplaceAll(c.play, "~", " ~ ")) {
				from, to, moved := strings.Cut(w, ">")
				switch {
				case moved:
					n.Move(from, to)
				case w == "~":
					now = now.Add(time.Minute)
				case w == "!":
					n.Forgive()
				case w[0] == '+':
					n.Add(w[1:])
				default:
					finish(n.Remove(w[1:]))
				}
				n.Advance(now, now)
			}
			first := n.First(10)
			slices.Sort(first)
			want := strings.Fields(c.first)
			slices.Sort(want)
			if n.Lost() != c.lost || n.Known() != c.known || !slices.Equal(first, want) {
				t.Errorf("lost %d of %d, first %q; want %d of %d, %q", n.Lost(), n.Known(), first, c.lost, c.known, want)
			}
		})
	}
}

// TestPending: while something from then is still to be done, a loss stays.
func TestPending(t *testing.T) {
	n := inventory.New()
	n.Put(n.Top(), "a", false)
	n.Advance(start, start)
	finish(n.Remove("a"))
	hour := start.Add(time.Hour)
	n.Advance(hour, start)
	if n.Lost() != 1 {
		t.Error("a loss that nobody has acted on is past")
	}
	n.Advance(hour, hour)
	if n.Lost() != 0 || n.Known() != 0 {
		t.Errorf("lost %d of %d after an hour", n.Lost(), n.Known())
	}
}

func count(paths ...string) *inventory.Inventory {
	n := inventory.New()
	for _, p := range paths {
		d := n.Top()
		for p != "" {
			name, rest, isDir := strings.Cut(p, "/")
			d, p = n.Put(d, name, isDir), rest
		}
	}
	return n
}

func TestUpdate(t *testing.T) {
	n := count("a/1", "a/2", "b/c/3", "d")
	n.Advance(start, start)
	finish(n.Remove("d"))
	finish(n.Update(count("a/1", "a/9", "d", "e/f")))
	if n.Lost() != 4 || n.Known() != 7 { // a/2 b/ b/c/ b/c/3
		t.Errorf("lost %d of %d, %q", n.Lost(), n.Known(), n.First(9))
	}
	later := start.Add(2 * inventory.Window)
	n.Advance(later, later)
	if n.Lost() != 0 || n.Known() != 6 {
		t.Errorf("later: lost %d of %d", n.Lost(), n.Known())
	}
}

// TestFirstOfMany: the topmost directory stands for a million below it.
func TestFirstOfMany(t *testing.T) {
	n := inventory.New()
	d := n.Put(n.Top(), "deep", true)
	for i := range 50_000 {
		n.Put(d, fmt.Sprint(i), false)
	}
	n.Advance(start, start)
	finish(n.Remove("deep/"))
	if first := n.First(3); !slices.Equal(first, []string{"deep/"}) {
		t.Errorf("first: %q", first)
	}
}

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		text      string
		known, of int
	}{
		{"50%", 3, 1}, {"50%", 4, 2}, {"100%", 7, 7}, {"0.5%", 1000, 5}, {" 12.5 % ", 8, 1}, {"50%", 0, 0},
	} {
		l, err := inventory.ParsePercent(c.text)
		if err != nil || l.Of(c.known) != c.of {
			t.Errorf("%s of %d: %v (%v)", c.text, c.known, l, err)
		}
	}
	for _, bad := range []string{"", "%", "0%", "-1%", "101%", "50", "x%", "NaN%", "Inf%", "5%%"} {
		if l, err := inventory.ParsePercent(bad); err == nil {
			t.Errorf("%q is taken for %s", bad, l)
		}
	}
	if l := inventory.Entries(7); l.Of(3) != 7 || l.String() != "7" {
		t.Errorf("seven entries: %s", l)
	}
}

// §10: very many losses are forgiven, or leave the window, in parts; then they are no losses.
func TestForgetsInParts(t *testing.T) {
	const n = 3*5000 + 1
	for _, forgive := range []bool{true, false} {
		c, now := inventory.New(), time.Unix(1e9, 0)
		c.Advance(now, now)
		d := c.Put(c.Top(), "d", true)
		for i := range n {
			c.Put(d, strconv.Itoa(i), false)
		}
		finish(c.Remove("d/"))
		if c.Lost() != n+1 {
			t.Fatalf("%d are lost", c.Lost())
		}
		if forgive {
			c.Forgive()
		} else {
			now = now.Add(2 * inventory.Window)
		}
		parts := 0
		for before := c.Lost(); c.Advance(now, now); before = c.Lost() {
			if parts++; before-c.Lost() > 5000 {
				t.Errorf("forgiven %v: %d at once", forgive, before-c.Lost())
			}
		}
		if parts < 2 || c.Lost() != 0 || c.Known() != 0 {
			t.Errorf("forgiven %v: %d parts, %d lost, %d known", forgive, parts, c.Lost(), c.Known())
		}
	}
}
