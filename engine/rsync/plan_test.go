package rsync

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/fsat"
)

// planTree makes a source: "dir/", "file", "link -> text", "name = other name of a file".
func planTree(t testing.TB, entries ...string) string {
	t.Helper()
	dir := t.TempDir() + "/"
	for _, e := range entries {
		var err error
		if name, text, ok := strings.Cut(e, " -> "); ok {
			err = os.Symlink(text, dir+name)
		} else if name, other, ok := strings.Cut(e, " = "); ok {
			if err = os.MkdirAll(filepath.Dir(dir+name), 0o755); err == nil {
				err = os.Link(dir+other, dir+name)
			}
		} else if strings.HasSuffix(e, "/") {
			err = os.MkdirAll(dir+e, 0o755)
		} else if err = os.MkdirAll(filepath.Dir(dir+e), 0o755); err == nil {
			err = os.WriteFile(dir+e, []byte(e), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func planFilter(t testing.TB, patterns ...string) func(string) bool {
	t.Helper()
	var rules []filter.Rule
	for _, p := range patterns {
		rules = append(rules, filter.Rule{Pattern: p})
	}
	set, err := filter.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return set.Excluded
}

// planned returns the lines of a plan.
func planned(t testing.TB, p *Plan) ([]string, Summary) {
	t.Helper()
	var b bytes.Buffer
	sum, err := p.Write(context.Background(), &b)
	if err != nil {
		t.Fatal(err)
	}
	if b.Len() == 0 {
		return nil, sum
	}
	if !bytes.HasSuffix(b.Bytes(), []byte{0}) {
		t.Fatalf("the list does not end in a zero byte: %q", b.String())
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\x00"), "\x00"), sum
}

// §9: of what is gone the topmost ancestor is listed.
func TestPlanLines(t *testing.T) {
	tree := []string{"a", "d/f", "d/e/g", "#d/f", "d/skip.o", "skip.d/x", "l -> d", "#h", ";s", "-n", "two\nlines", "\xff"}
	tests := []struct {
		name    string
		entries []Entry
		set     func(*Plan)
		want    []string
		missing int
	}{
		{name: "nothing"},
		{name: "a file", entries: []Entry{{Kind: event.Create, Path: "d/f"}}, want: []string{"./d/f"}},
		{name: "once", entries: []Entry{{Kind: event.Create, Path: "d/f"}, {Kind: event.Modify, Path: "d/f"}}, want: []string{"./d/f"}},
		{name: "at the top", entries: []Entry{{Kind: event.Create, Path: "a"}, {Kind: event.Create, Path: "#h"}, {Kind: event.Create, Path: ";s"},
			{Kind: event.Create, Path: "-n"}, {Kind: event.Create, Path: "two\nlines"}, {Kind: event.Create, Path: "\xff"}},
			want: []string{"./#h", "./-n", "./;s", "./a", "./two\nlines", "./\xff"}},
		{name: "below a comment", entries: []Entry{{Kind: event.Create, Path: "#d/f"}}, want: []string{"./#d/f"}},
		{name: "a directory alone", entries: []Entry{{Kind: event.Create, Path: "d/"}}, want: []string{"./d"}},
		{name: "a directory below", entries: []Entry{{Kind: event.Attrib, Path: "d/e/"}}, want: []string{"./d/e"}},
		{name: "a tree", entries: []Entry{{Kind: event.Create, Path: "d/", Tree: true}}, want: []string{"./d/", "./d/e/"}},
		{name: "tree and what is in it", entries: []Entry{{Kind: event.Create, Path: "d/", Tree: true}, {Kind: event.Create, Path: "d/f"}, {Kind: event.Delete, Path: "d/gone/x"}},
			want: []string{"./d/", "./d/e/"}},
		{name: "tree of a file", entries: []Entry{{Kind: event.Create, Path: "d/f", Tree: true}}, want: []string{"./d/f"}},
		{name: "tree of everything", entries: []Entry{{Kind: event.Full, Path: "", Tree: true}},
			want: []string{"./", "./#d/", "./d/", "./d/e/"}},
		{name: "missing", entries: []Entry{{Kind: event.Delete, Path: "d/gone"}}, want: []string{"./d/gone"}, missing: 1},
		{name: "topmost missing", entries: []Entry{{Kind: event.Delete, Path: "d/gone/x/y"}, {Kind: event.Delete, Path: "d/gone/x/"}, {Kind: event.Delete, Path: "d/gone/"}},
			want: []string{"./d/gone"}, missing: 1},
		{name: "topmost missing at the top", entries: []Entry{{Kind: event.Delete, Path: "gone/x"}}, want: []string{"./gone"}, missing: 1},
		{name: "missing is kept", entries: []Entry{{Kind: event.Delete, Path: "gone/x"}}, set: func(p *Plan) { p.Delete = false }},
		{name: "missing, by contents", entries: []Entry{{Kind: event.Delete, Path: "d/e/gone"}, {Kind: event.Delete, Path: "gone/x"}, {Kind: event.Attrib, Path: "d/e/"}},
			set: func(p *Plan) { p.Contents = true }, want: []string{"./", "./d/e/"}},
		{name: "stale delete", entries: []Entry{{Kind: event.Delete, Path: "d/f"}}, want: []string{"./d/f"}},
		{name: "move of a file", entries: []Entry{{Kind: event.Move, Path: "d/old", Dest: "d/f"}}, want: []string{"./d/f", "./d/old"}, missing: 1},
		{name: "move of a directory", entries: []Entry{{Kind: event.Move, Path: "old/", Dest: "d/e/"}}, want: []string{"./old", "./d/e/"}, missing: 1},
		{name: "another directory since", entries: []Entry{{Kind: event.Delete, Path: "d/"}}, want: []string{"./d/", "./d/e/"}},
		{name: "another file since", entries: []Entry{{Kind: event.Delete, Path: "d/f/"}}, want: []string{"./d/f"}},
		{name: "below a file", entries: []Entry{{Kind: event.Create, Path: "a/b/c"}}, want: []string{"./a"}},
		{name: "below a symlink", entries: []Entry{{Kind: event.Create, Path: "l/f"}}, want: []string{"./l"}},
		{name: "the source", entries: []Entry{{Kind: event.Attrib, Path: ""}}, want: []string{"./#d"}},
		{name: "the source and more", entries: []Entry{{Kind: event.Attrib, Path: ""}, {Kind: event.Create, Path: "d/f"}}, want: []string{"./d/f"}},
		{name: "excluded", entries: []Entry{{Kind: event.Create, Path: "d/skip.o"}, {Kind: event.Delete, Path: "x.o"}, {Kind: event.Create, Path: "skip.d/x"}}},
		{name: "sweep", entries: []Entry{{Kind: event.Modify, Path: "d/f"}}, set: func(p *Plan) { p.Sweep = []string{"d/", "d/e/"} }, want: []string{"./d/", "./d/e/"}},
		{name: "sweep the source", entries: []Entry{{Kind: event.Modify, Path: "d/f"}}, set: func(p *Plan) { p.Sweep = []string{""} }, want: []string{"./", "./d/f"}},
		{name: "sweep what is gone", set: func(p *Plan) { p.Sweep = []string{"gone/x/", "d/gone/"} }, want: []string{"./d/gone", "./gone"}, missing: 2},
		{name: "sweep what is no directory", set: func(p *Plan) { p.Sweep = []string{"a/", "l/x/"} }, want: []string{"./a", "./l"}},
		{name: "sweep what is excluded", set: func(p *Plan) { p.Sweep = []string{"skip.d/", "skip.d/y/"} }},
		{name: "excluded by what it is now", entries: []Entry{{Kind: event.Create, Path: "skip.d"}}, want: []string{"./"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &Plan{Source: planTree(t, tree...), Entries: tt.entries, Delete: true, Excluded: planFilter(t, "*.o", "skip.d/")}
			if tt.set != nil {
				tt.set(p)
			}
			got, sum := planned(t, p)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if want := (Summary{Listed: len(tt.want), Missing: tt.missing, Dirs: sum.Dirs}); !reflect.DeepEqual(sum, want) {
				t.Errorf("got %+v, want %+v", sum, want)
			}
		})
	}
}

// TestPlanDirs: the directories in which a receiver writes, temporary files included.
func TestPlanDirs(t *testing.T) {
	p := &Plan{Source: planTree(t, "a", "d/e/g", "d/f", "x/y", "d/h = x/y", "empty/"), Delete: true, HardLinks: true, Entries: []Entry{
		{Kind: event.Modify, Path: "a"}, {Kind: event.Create, Path: "d/e/", Tree: true}, {Kind: event.Delete, Path: "empty/gone"},
		{Kind: event.Attrib, Path: "empty/"}, {Kind: event.Modify, Path: "x/y"},
	}}
	if _, sum := planned(t, p); !slices.Equal(sum.Dirs, []string{"", "d/", "d/e/", "x/"}) {
		t.Errorf("got %q", sum.Dirs)
	}
	empty := &Plan{Source: planTree(t), Delete: true, Sweep: []string{""}}
	if got, _ := planned(t, empty); len(got) > 0 {
		t.Errorf("an empty source is swept: %q", got)
	}
}

func TestPlanOfTheSource(t *testing.T) {
	tests := []struct {
		tree []string
		want []string
	}{
		{[]string{"f", "x.o", "./d/"}, []string{"./d"}},
		{[]string{"f", "x.o", "d.o/"}, []string{"./f"}},
		{[]string{"x.o"}, nil}, // never ".", which would delete below an empty mount point
		{nil, nil},
	}
	for _, tt := range tests {
		p := &Plan{Source: planTree(t, tt.tree...), Entries: []Entry{{Kind: event.Attrib}}, Delete: true, Excluded: planFilter(t, "*.o")}
		if got, _ := planned(t, p); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.tree, got, tt.want)
		}
	}
}

// §9: hard_links lists all names of a changed file.
func TestPlanHardLinks(t *testing.T) {
	source := planTree(t, "a", "d/b = a", "d/c = a", "skip.o = a", "e/x", "e/y = e/x", "alone", "t/v", "w = t/v")
	entries := []Entry{{Kind: event.Modify, Path: "a"}, {Kind: event.Modify, Path: "alone"}, {Kind: event.Create, Path: "t/", Tree: true}}
	p := &Plan{Source: source, Entries: entries, HardLinks: true, Excluded: planFilter(t, "*.o")}
	want := []string{"./a", "./alone", "./d/b", "./d/c", "./t/", "./w"}
	if got, _ := planned(t, p); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.HardLinks = false
	want = []string{"./a", "./alone", "./t/"}
	if got, _ := planned(t, p); !slices.Equal(got, want) {
		t.Errorf("without HardLinks: got %q, want %q", got, want)
	}
}

// TestPlanWritesNothing: a source that cannot be trusted must not look deleted.
func TestPlanWritesNothing(t *testing.T) {
	entries := []Entry{{Kind: event.Modify, Path: "a"}}
	tests := []struct {
		name    string
		before  func(source string)
		during  func(source string, cancel func())
		wantErr string
	}{
		{name: "no source", before: func(s string) { _ = os.RemoveAll(s) }, wantErr: "source"},
		{name: "source goes", during: func(s string, _ func()) { _ = os.RemoveAll(s) }, wantErr: "source"},
		{name: "source replaced", during: func(s string, _ func()) { _ = os.Rename(s, s[:len(s)-1]+"x"); _ = os.Mkdir(s, 0o755) }, wantErr: "another directory"},
		{name: "cancelled", during: func(_ string, cancel func()) { cancel() }, wantErr: "context canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := planTree(t, "s/a") + "s/"
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			p := &Plan{Source: source, Entries: entries, Delete: true}
			if tt.before != nil {
				tt.before(source)
			} else {
				p.Excluded = func(string) bool { tt.during(source, cancel); return false }
			}
			var b bytes.Buffer
			_, err := p.Write(ctx, &b)
			if err == nil || !strings.Contains(err.Error(), tt.wantErr) || b.Len() > 0 {
				t.Errorf("error %v, wrote %q; want %q and nothing", err, b.String(), tt.wantErr)
			}
		})
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestPlanReportsWriteErrors(t *testing.T) {
	p := &Plan{Source: planTree(t, "a"), Entries: []Entry{{Kind: event.Create, Path: "a"}}}
	if _, err := p.Write(context.Background(), brokenPipe{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestPlanLongPaths: what only rsync, which works relative to the source, can
// reach is left to it; what it would cut is not listed.
func TestPlanLongPaths(t *testing.T) {
	source := planTree(t)
	deep := strings.Repeat(strings.Repeat("d", 200)+"/", 20) + strings.Repeat("e", maxListed-4023) + "/"
	root, err := os.OpenRoot(source)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.MkdirAll(strings.TrimSuffix(deep, "/"), 0o755); err != nil {
		t.Fatal(err)
	}
	tooLong := deep + strings.Repeat("x", 10)
	p := &Plan{Source: source, Delete: true, Entries: []Entry{
		{Kind: event.Create, Path: deep[:201], Tree: true},
		{Kind: event.Create, Path: tooLong},
	}}
	lines, sum := planned(t, p)
	if !slices.Contains(lines, "./"+deep) {
		t.Errorf("the directory that cannot be read is not listed with a slash")
	}
	if !slices.Equal(sum.TooLong, []string{tooLong}) || sum.Missing != 0 {
		t.Errorf("too long: %d paths, %d missing", len(sum.TooLong), sum.Missing)
	}
}

func BenchmarkPlan(b *testing.B) {
	source := b.TempDir() + "/"
	var entries []Entry
	for d := range 100 {
		dir := "dir" + strings.Repeat("x", d%7) + string(rune('a'+d%26)) + string(rune('a'+d/26)) + "/"
		if err := os.Mkdir(source+dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range 200 {
			name := dir + "file" + string(rune('a'+f%26)) + string(rune('a'+f/26))
			if err := os.WriteFile(source+name, nil, 0o644); err != nil {
				b.Fatal(err)
			}
			entries = append(entries, Entry{Kind: event.Modify, Path: name})
		}
	}
	p := &Plan{Source: source, Entries: entries, Delete: true}
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if _, err := p.Write(context.Background(), &out); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPlanFormerNames: a file that was changed by a name that it has not any more is listed by the others.
func TestPlanFormerNames(t *testing.T) {
	source := t.TempDir() + "/"
	for _, name := range []string{"b", "c"} {
		if err := os.WriteFile(source+name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(source + "b")
	if err != nil {
		t.Fatal(err)
	}
	id := fsat.StatOf(info).Inode
	for _, links := range []bool{true, false} {
		p := Plan{Source: source, Delete: true, HardLinks: links, Entries: []Entry{
			{Kind: event.Delete, Path: "a", Files: []event.File{{Device: id.Dev, Inode: id.Ino}}},
		}}
		var b strings.Builder
		if _, err := p.Write(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		want := "./a\x00"
		if links {
			want += "./b\x00"
		}
		if b.String() != want {
			t.Errorf("hard links %v: listed %q", links, b.String())
		}
	}
}
