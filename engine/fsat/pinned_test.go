package fsat

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// §9: TestOnlyPinnedIsChanged: metadata and hard links are set by the methods of pinned, and by nothing else in this package.
func TestOnlyPinnedIsChanged(t *testing.T) {
	calls := regexp.MustCompile(`(?i)(unix|syscall|os)\.([FL]?(chown|chmod|setxattr|removexattr)|(Utimes|Lutimes|Futimes|Linkat?|SYS_UTIMENSAT|Chtimes))|\.held\b`)
	allowed := map[string]bool{"pin.go": true, "pin_linux.go": true, "dir_other.go": true}
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 20 {
		t.Fatalf("%v, %d files", err, len(names))
	}
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if !calls.MatchString(line) {
				continue
			}
			if found++; !allowed[name] {
				t.Errorf("%s:%d sets metadata beside pinned: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d such calls were recognised", found)
	}
}
