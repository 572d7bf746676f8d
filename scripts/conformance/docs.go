package main

import (
	"fmt"
	"strings"
)

const docsHead = `# What lsyncgo does differently from Lsyncd

This file is made by ` + "`go run ./scripts/conformance -docs docs/differences.md`" + ` from the list that
` + "`make conformance`" + ` works with: it runs the same configs and the same file operations under Debian's
Lsyncd and under lsyncgo, and compares what they start, path by path, and what becomes of the target. Whatever
is not in this table has to agree.

| | Lsyncd 2.2.3 | lsyncgo | why |
|---|---|---|---|
`

// table is the text of docs/differences.md.
func table() string {
	var b strings.Builder
	b.WriteString(docsHead)
	for _, d := range differences {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", d.name, cell(d.lsyncd), cell(d.lsyncgo), cell(d.why))
	}
	return b.String()
}

// cell keeps a vertical bar from ending the cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
