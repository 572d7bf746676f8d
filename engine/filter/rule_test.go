package filter

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// §8: the rules of filter and filterFrom.
func TestParse(t *testing.T) {
	tests := []struct {
		line string
		want Rule
		err  string
	}{
		{line: "+ a", want: Rule{true, "a"}},
		{line: "- /a/*.o", want: Rule{false, "/a/*.o"}},
		{line: "-  a ", want: Rule{false, " a "}},
		{line: "- #a", want: Rule{false, "#a"}},
		{line: "- \xff", want: Rule{false, "\xff"}},
		{line: "", err: `write "+ pattern"`},
		{line: "a", err: `write "+ pattern"`},
		{line: "-a", err: `write "+ pattern"`},
		{line: "-! a", err: `write "+ pattern"`},
		{line: ": .rsync-filter", err: `write "+ pattern"`},
		{line: "- ", err: "has no pattern"},
		{line: "- a\x00b", err: "zero byte"},
		{line: "- " + strings.Repeat("a", 4096), err: "4096 bytes"},
	}
	for _, tt := range tests {
		got, err := Parse(tt.line)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("Parse(%q) = %v, %v; want %v, %q", tt.line, got, err, tt.want, tt.err)
		}
		if err == nil && got.String() != tt.line {
			t.Errorf("Parse(%q).String() = %q", tt.line, got)
		}
	}
}

// §8: the lines of excludeFrom.
func TestReadExcludes(t *testing.T) {
	text := "# comment\r\n; comment\n\n \t\n- a\r\n+ b\n /c\n\t- d \n  # comment\n  + e\nf"
	rules, err := ReadExcludes(strings.NewReader(text), "f")
	want := []Rule{{false, "a"}, {false, "/c"}, {false, "d "}, {false, "f"}}
	if err != nil || !slices.Equal(rules, want) {
		t.Errorf("got %v, %v; want %v", rules, err, want)
	}
}

// §8: what is no rule is named with file and line.
func TestReadErrors(t *testing.T) {
	if _, err := ReadExcludes(strings.NewReader("a\n- \n"), "ex.list"); err == nil || !strings.HasPrefix(err.Error(), "ex.list:2: ") {
		t.Errorf("ReadExcludes: %v", err)
	}
	if _, err := ReadFilters(strings.NewReader("- a\n\nb\n"), "fi.list"); err == nil || !strings.HasPrefix(err.Error(), "fi.list:3: ") {
		t.Errorf("ReadFilters: %v", err)
	}
	broken := io.MultiReader(strings.NewReader("- a\n"), iotest.ErrReader(io.ErrClosedPipe))
	if _, err := ReadFilters(broken, "fi.list"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("ReadFilters of a broken file: %v", err)
	}
}
