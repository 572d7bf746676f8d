// Package conversationtest has tests play conversations with a value machine and compare them with files.
package conversationtest

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the machine says into the conversations; commit only what you understand")

// Run plays testdata/*.txt, each as a test of its own. A line that is not indented is an input, or empty, or a comment that begins
// with #; the indented ones after it are what the machine has to answer. begin returns what is called with the words of each
// input and writes the answers to out.
func Run(t *testing.T, begin func(t *testing.T, out *strings.Builder) (input func(words []string))) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text), begin)
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil { // the file is there: its mode stays
					t.Fatal(err)
				}
				return
			}
			if got != string(text) {
				t.Errorf("the conversation went differently:\n%s", firstDifference(string(text), got))
			}
		})
	}
}

func play(t *testing.T, text string, begin func(*testing.T, *strings.Builder) func([]string)) string {
	var out strings.Builder
	input := begin(t, &out)
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "\t") {
			continue
		}
		fmt.Fprintln(&out, line)
		if line != "" && line[0] != '#' {
			input(strings.Fields(line))
		}
	}
	return out.String()
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return fmt.Sprintf("line %d:\nwant:\n%s\ngot:\n%s", i+1,
				strings.Join(w[i:min(i+6, len(w))], "\n"), strings.Join(g[min(i, len(g)-1):min(i+6, len(g))], "\n"))
		}
	}
	return "extra: " + strings.Join(g[len(w):], "\n")
}
