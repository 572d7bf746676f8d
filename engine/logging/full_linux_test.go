package logging

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFullDisk: what could not be written is counted where it is missing.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		name string
		json bool
		want string
	}{
		{"lines", false, `^[^\n]* Warn: [^\n]* missing here,[^\n]*: 2, [^\n]*no space left on device\n[^\n]* Normal: three\n[^\n]* Normal: four\n$`},
		{"json", true, `^\{[^\n]*"msg":"[^\n]* missing here,[^\n]*: 2, [^\n]*no space left on device"[^\n]*\}\n\{[^\n]*three[^\n]*\n[^\n]*four[^\n]*\n$`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			if err := os.Symlink("/dev/full", path); err != nil {
				t.Fatal(err)
			}
			l := newLogger(t, Options{File: path, JSON: c.json})
			l.Log("Normal", "one")
			l.Log("Normal", "two")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := l.Reopen(); err != nil {
				t.Fatal(err)
			}
			l.Log("Normal", "three")
			l.Log("Normal", "four")
			want(t, read(t, path), c.want)
		})
	}
}

// TestTornLine: what was written of a message before the disk was full does not spoil the next one.
func TestTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := newLogger(t, Options{File: path})
	if err := os.WriteFile(path, []byte("begun, but"), 0o644); err != nil {
		t.Fatal(err)
	}
	l.places.file.lost, l.places.file.midLine, l.places.file.why = 1, true, os.ErrClosed
	l.Log("Normal", "next")
	want(t, read(t, path), `^begun, but\n[^\n]* Warn: [^\n]*\n[^\n]* Normal: next\n$`)
}
