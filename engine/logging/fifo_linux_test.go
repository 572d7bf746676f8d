package logging

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A log that nobody reads holds nobody up for ever, and says what is missing once somebody does.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(path, os.O_RDWR, 0) // holds the FIFO open, so that no reader has to be there before the log
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	l := newLogger(t, Options{File: path})
	long := strings.Repeat("x", 5000)
	for range 100 { // more than a pipe takes
		l.Log("Normal", long)
	}
	lines := bufio.NewReader(reader)
	for range 5 { // make room
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	l.Log("Normal", "again")
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(line, "Normal: again\n") {
			return
		}
		if !strings.HasSuffix(line, "x\n") && !strings.Contains(line, "xx") && !strings.Contains(line, " Warn: messages that are missing here") {
			t.Errorf("got %q", line)
		}
	}
}
