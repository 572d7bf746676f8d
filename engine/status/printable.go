package status

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns a copy of the snapshot in which every path and text is one
// line of valid UTF-8: a backslash is doubled, control bytes become \n, \t or
// \xNN, and so do the bytes that are not UTF-8. Only what may hold foreign bytes is copied;
// the rest is shared.
func (s Snapshot) Printable() Snapshot {
	s.Daemon.Config = printable(s.Daemon.Config)
	s.Daemon.Watches = each(s.Daemon.Watches, func(w Watch) Watch {
		w.Path = printable(w.Path)
		return w
	})
	s.Syncs = each(s.Syncs, Sync.printable)
	s.Tunnels = each(s.Tunnels, Tunnel.printable)
	return s
}

func (t Tunnel) printable() Tunnel {
	t.Name = printable(t.Name)
	t.Running = each(t.Running, Process.printable)
	t.LastError = t.LastError.printable()
	return t
}

func (p Process) printable() Process {
	p.Describe = text(p.Describe)
	return p
}

func (f *Failure) printable() *Failure {
	if f == nil {
		return nil
	}
	out := *f
	out.Text, out.Command, out.Tail = text(f.Text), text(f.Command), each(f.Tail, text)
	return &out
}

func (s Sync) printable() Sync {
	s.Name, s.Source, s.Target = printable(s.Name), printable(s.Source), printable(s.Target)
	s.Reason = text(s.Reason)
	s.Degraded = each(s.Degraded, printable)
	s.Excludes, s.Filters = each(s.Excludes, printable), each(s.Filters, printable)
	s.Running = each(s.Running, Process.printable)
	s.Delays = each(s.Delays, func(d Delay) Delay {
		d.Path, d.Dest = printable(d.Path), printable(d.Dest)
		return d
	})
	s.LastError = s.LastError.printable()
	return s
}

func each[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// printable is for names: a doubled backslash keeps a\n (three bytes) and a
// newline apart.
func printable(s string) string { return escape(s, `\\`) }

// text is for words, in which quoting has been done before where it matters.
func text(s string) string { return escape(s, `\`) }

func escape(s, backslash string) string {
	if plain(s) && (len(backslash) == 1 || strings.IndexByte(s, '\\') < 0) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\\':
			b.WriteString(backslash)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == utf8.RuneError && n == 1, !shown(r):
			for i := range n {
				fmt.Fprintf(&b, `\x%02x`, s[i])
			}
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// shown keeps out what moves the cursor or turns the direction of the text.
func shown(r rune) bool { return r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) }
