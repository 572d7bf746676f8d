package message

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the catalog, and the table in docs/logs.md")

const (
	catalogFile = "../../scripts/systemd/lsyncgo.catalog"
	docsFile    = "../../docs/logs.md"
)

func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		if b, err := hex.DecodeString(k.ID); err != nil || len(b) != 16 || k.Name == "" || k.Text == "" {
			t.Errorf("%+v: no ID of 16 bytes, or no name or text", k)
		}
		if seen[k.ID] || seen[k.Name] {
			t.Errorf("%+v: ID or name belongs to another kind, too", k)
		}
		seen[k.ID], seen[k.Name] = true, true
	}
	if len(Kinds()) < 10 || Other.Description().ID != "" {
		t.Errorf("%d kinds, and Other is %+v", len(Kinds()), Other.Description())
	}
}

// Catalog and documentation are what the kinds say of themselves.
func TestWritten(t *testing.T) {
	var catalog, table strings.Builder
	catalog.WriteString("# Explanations for journalctl -x. Written by go test ./engine/message -update.\n")
	table.WriteString("| kind | `MESSAGE_ID` | what it means |\n|---|---|---|\n")
	for _, k := range Kinds() {
		fmt.Fprintf(&catalog, "\n-- %s\nSubject: %s\nDefined-By: lsyncgo\nSupport: file:///usr/share/doc/lsyncgo/docs/logs.md\n\n%s\n", k.ID, k.Name, k.Text)
		fmt.Fprintf(&table, "| `%s` | `%s` | %s |\n", k.Name, k.ID, k.Text)
	}
	docs, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	above, _, found := strings.Cut(string(docs), "| kind |")
	if !found && !*update {
		t.Fatal("there is no table of kinds")
	}
	for file, want := range map[string]string{catalogFile: catalog.String(), docsFile: above + table.String()} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what the kinds say, %v; go test ./engine/message -update writes it", file, err)
		}
	}
}
