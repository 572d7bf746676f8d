package main

import (
	"bytes"
	"strings"
	"testing"

	"lsyncgo/engine/logging"
)

func TestJournalKeepsWhatComesEarly(t *testing.T) {
	b := newBufferedLogger([]string{"Exec"})
	b.Log("Normal", "first")
	b.Log("Exec", "second ", 2)
	b.Log("Debug", "not asked for")
	var out bytes.Buffer
	l, err := logging.New(logging.Options{Categories: []string{"Exec"}, Console: true, Stdout: &out, Stderr: &out})
	if err != nil {
		t.Fatal(err)
	}
	b.open(l)
	b.Log("Normal", "third")
	at := -1
	for _, want := range []string{" Normal: first\n", " Exec: second 2\n", " Normal: third\n"} {
		i := strings.Index(out.String(), want)
		if i <= at {
			t.Errorf("%q is missing or out of order in %q", want, out.String())
		}
		at = i
	}
	if strings.Contains(out.String(), "not asked for") {
		t.Errorf("got %q", out.String())
	}
	if !b.Enabled("Exec") || b.Enabled("Debug") {
		t.Error("categories got lost")
	}
}

func TestJournalIsBounded(t *testing.T) {
	b := newBufferedLogger(nil)
	for range 2 * maxKept {
		b.Log("Normal", "again")
	}
	if len(b.kept) != maxKept {
		t.Errorf("%d lines are kept", len(b.kept))
	}
}
