package config

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lsyncgo/lua/schema"
)

var update = flag.Bool("update", false, "write docs/keys.md")

// TestKeysDocumented: docs/keys.md is what the tables of keys say of themselves; go test ./lua/config -update writes it.
func TestKeysDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Keys of a config\n\nWritten by `go test ./lua/config -update`. What a preset takes besides is in [presets.md](presets.md).\n" +
		"*Since* is the version of lsyncgo that brought a key; Lsyncd: 2.2.3 has it, too.\n")
	keyTable(&b, "settings{}", &settingKeys)
	keyTable(&b, "sync{}", &syncKeys)
	keyTable(&b, "tunnel{}", &tunnelKeys)
	keyTable(&b, "syslog{}", &relayKeys)
	const file = "../../docs/keys.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	now, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(now) != b.String() {
		t.Error("docs/keys.md is not what the keys say; go test ./lua/config -update writes it")
	}
}

func keyTable[S any](b *strings.Builder, title string, keys *schema.Table[S]) {
	fmt.Fprintf(b, "\n## %s\n\n| key | takes | unless given | example | since | what it is |\n|---|---|---|---|---|---|\n", title)
	cell := func(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
	code := func(text string) string {
		if text == "" {
			return ""
		}
		return "`" + cell(text) + "`"
	}
	for _, k := range keys.Keys {
		fallback := code(k.Default)
		if k.Required {
			fallback = "it has to be there"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n", k.Name, cell(k.Value.Wants), fallback, code(k.Example), cmp.Or(k.Since, "Lsyncd"), cell(k.Doc))
	}
}
