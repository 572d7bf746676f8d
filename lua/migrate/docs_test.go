package migrate

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/differences.md")

// TestDifferencesDocumented: docs/differences.md is what the table says; go test ./lua/migrate -update writes it.
func TestDifferencesDocumented(t *testing.T) {
	const file = "../../docs/differences.md"
	if *update {
		if err := os.WriteFile(file, []byte(markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	now, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(now) != markdown() {
		t.Error("docs/differences.md is not what the table says; go test ./lua/migrate -update writes it")
	}
}

// TestTableIsWhole: each difference is explained, has a name of its own, a note or a reason to have none, and values for its text.
func TestTableIsWhole(t *testing.T) {
	var names, noted []string
	for _, d := range Table {
		if d.Name == "" || d.Now == "" || d.Lsyncd == "" || d.Why == "" || slices.Contains(names, d.Name) {
			t.Errorf("%q is not explained, or twice there", d.Name)
		}
		names = append(names, d.Name)
		if d.applies != nil {
			noted = append(noted, d.Name)
		}
		if text := strings.ReplaceAll(d.example(), "\x00", ""); strings.Contains(text, "%") {
			t.Errorf("%s: the values do not fit: %s", d.Name, text)
		}
	}
	for _, d := range Table {
		reasons := 0
		for _, is := range []bool{d.applies != nil, slices.Contains(noted, d.NotedWith), d.Unnoted != ""} {
			if is {
				reasons++
			}
		}
		if reasons != 1 {
			t.Errorf("%s needs a condition, or a difference with a note, or a reason to have none", d.Name)
		}
	}
}

const docsHead = `# What lsyncgo does differently from Lsyncd

Written by ` + "`go test ./lua/migrate -update`" + ` from the list that ` + "`lsyncgo check CONFIG.lua`" + ` asks which of it a config notices.
`

const docsCompared = `
## Seen side by side

` + "`make conformance`" + ` runs the same configs and the same file operations under Debian's
Lsyncd and under lsyncgo, and compares what they start, path by path, and what becomes of the target. Whatever
is not in this table has to agree there.
`

const docsBesides = `
## Besides

`

// markdown is the text of docs/differences.md.
func markdown() string {
	var b strings.Builder
	b.WriteString(docsHead + docsCompared)
	table(&b, true)
	b.WriteString(docsBesides)
	table(&b, false)
	return b.String()
}

func table(b *strings.Builder, compared bool) {
	b.WriteString("\n| | lsyncgo | Lsyncd 2.2.3 | why | to have it as it was, or to do |\n|---|---|---|---|---|\n")
	for i := range Table {
		if d := &Table[i]; d.Compared == compared {
			now, before, _ := strings.Cut(d.example(), "\x00")
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", d.Name, cell(now), cell(before), cell(d.Why), cell(d.Remedy))
		}
	}
}

// example is what lsyncgo and Lsyncd do, a zero byte between them, with the values that the table has for docs.
func (d *Difference) example() string {
	text := d.Now + "\x00" + d.Lsyncd
	if len(d.Values) > 0 {
		text = fmt.Sprintf(text, d.Values...)
	}
	return text
}

// cell keeps a vertical bar from ending the cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
