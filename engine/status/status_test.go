package status

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var at = time.Date(2026, time.November, 5, 3, 28, 5, 0, time.UTC)

// sample has a sync in each state and names that try to forge lines.
func sample() Snapshot {
	return Snapshot{
		At: at,
		Daemon: Daemon{Version: "0.1.0", PID: 4711, Started: at.Add(-26*time.Hour - 5*time.Minute),
			Config: "/etc/lsyncgo.lua", Monitor: "inotify, poll", Running: 1, MaxProcesses: 8,
			Watched: 1234, Polled: 5, Monitors: []Monitor{{Name: "inotify", Watched: 1234, Walked: 77}, {Name: "poll", Polled: 5}}},
		Syncs: []Sync{
			{Name: "Sync1", Monitor: "poll", Source: "/src/", Target: "host:/dst/", State: Behind,
				Pending: 4, Waiting: 2, Blocked: 1, Active: 1, OldestAge: 75 * time.Second, MaxProcesses: 1,
				Running:  []Process{{PID: 99, Describe: "rsync -a /src/ host:/dst/\nThere are 5 delays", Since: at.Add(-3 * time.Second)}},
				Filters:  []string{"+ a*", "- b*"},
				Excludes: []string{"*.bak", "/tmp"},
				Delays: slices.Values([]Delay{
					{Status: "active", Kind: "Modify", Path: "a"},
					{Status: "wait", Kind: "Create", Path: "n\nThere are 7 delays\xff\x1b[2J"},
					{Status: "wait", Kind: "Move", Path: "old", Dest: `new\n`},
					{Status: "block", Kind: "Delete", Path: "d/"},
				})},
			{Name: "web", Source: "/srv/", State: InStep},
			{Name: "far", Source: "/far/", Target: "away:/x/", State: Retrying, Reason: "exit code 255",
				Pending: 1, Waiting: 1, Retrying: 1, NextRetry: at.Add(90 * time.Second), OldestAge: 400 * time.Millisecond,
				LastError: &Failure{When: at.Add(-2 * time.Hour), Text: "rsync failed, again in 2m", Command: "rsync -a /far/ away:/x/", Code: 255,
					Tail: []string{"ssh: connect to host away port 22: No route to host", "rsync error:\x07 unexplained"}}},
			{Name: "half", Source: "/half/", State: Degraded, Reason: "1 path given up", Degraded: []string{"locked\tfile"}},
			{Name: "held", Source: "/held/", State: Held, OnHold: true, Reason: "the source is empty"},
			{Name: "still", Source: "/still/", State: Paused, Reason: "paused by root", PausedBy: "root\x1b", PausedUntil: at.Add(time.Hour)},
			{Name: "new", Source: "/new/", State: Starting, Walked: 77},
		},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("not as in %s; got:\n%s", path, got)
	}
}

// §10: a line for each delay.
func TestReport(t *testing.T) {
	var b bytes.Buffer
	if err := WriteReport(&b, sample()); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", b.Bytes())
}

// What monitoring plugins for Lsyncd look for, observed with 2.2.3.
// §10: the lines of Lsyncd.
func TestReportKeepsLinesOfLsyncd(t *testing.T) {
	var b bytes.Buffer
	shot := Snapshot{At: at, Syncs: []Sync{{Name: "Sync1", Source: "/src/", State: InStep}}, Daemon: Daemon{Watched: 3}}
	if err := WriteReport(&b, shot); err != nil {
		t.Fatal(err)
	}
	want := "Lsyncd status report at Thu Nov  5 03:28:05 2026\n\nSync1 source=/src/\nThere are 0 delays\nFiltering:\n  nothing.\n"
	const end = "\n\n\nInotify watching 3 directories\n"
	if !strings.HasPrefix(b.String(), want) || !strings.HasSuffix(b.String(), end) {
		t.Errorf("got %q", b.String())
	}
}

// §10: names are escaped.
func TestNoNameMakesUpALine(t *testing.T) {
	var b bytes.Buffer
	if err := WriteReport(&b, sample()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\nThere are "); n != len(sample().Syncs) {
		t.Errorf("%d count lines for %d syncs", n, len(sample().Syncs))
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteText(&b, sample()); err != nil {
		t.Fatal(err)
	}
	golden(t, "text.txt", b.Bytes())
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	golden(t, "status.json", b.Bytes())
	var back Snapshot
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if got := back.Syncs[3].Degraded[0]; got != "locked\tfile" {
		t.Errorf("path came back as %q", got)
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                          "0ms",
		999 * time.Millisecond:     "999ms",
		time.Second:                "1s",
		61 * time.Second:           "1m01s",
		3 * time.Hour:              "3h00m",
		50*time.Hour + time.Minute: "2d02h",
	} {
		if got := age(d); got != want {
			t.Errorf("age(%s) = %s, want %s", d, got, want)
		}
	}
}

func TestPrintableLeavesTheOriginal(t *testing.T) {
	shot := sample()
	_ = shot.Printable()
	if got := slices.Collect(shot.Syncs[0].Delays)[1].Path; !strings.Contains(got, "\n") {
		t.Errorf("original changed to %q", got)
	}
	if got := shot.Syncs[2].LastError.Tail[1]; !strings.Contains(got, "\a") {
		t.Errorf("original changed to %q", got)
	}
}

// §10: the file is replaced in one step.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "odd name\n\xff")
	if _, err := WriteFile(path, Snapshot{}); err != nil {
		t.Fatal(err)
	}
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := WriteFile(path, sample()); err != nil {
		t.Fatal(err)
	}
	var want, before bytes.Buffer
	if err := errors.Join(WriteReport(&want, sample()), WriteReport(&before, Snapshot{})); err != nil {
		t.Fatal(err)
	}
	if old, err := io.ReadAll(reader); err != nil || !bytes.Equal(old, before.Bytes()) {
		t.Errorf("who has opened the old file reads %q, %v", old, err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%v; got:\n%s", err, got)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	alone(t, dir)
}

// §10: a failure leaves the directory as it was.
func TestWriteFileThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := WriteFile(path, sample())
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not name %s", err, path)
	}
	alone(t, dir)
	if _, err := WriteFile(filepath.Join(dir, "no", "such"), sample()); err == nil {
		t.Error("no error for a missing directory")
	}
}

// alone checks that dir has one entry: temporary files are gone.
func alone(t *testing.T, dir string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("%s holds %v, %v", dir, list, err)
	}
}

// Asked for while a large queue waits; written beside the loop.
func BenchmarkReport(b *testing.B) {
	shot := sample()
	var delays []Delay
	for i := range 100_000 {
		delays = append(delays, Delay{Status: "wait", Kind: "Create", Path: "some/directory/file-" + strconv.Itoa(i)})
	}
	shot.Syncs[0].Delays = slices.Values(delays)
	for b.Loop() {
		if err := WriteReport(io.Discard, shot); err != nil {
			b.Fatal(err)
		}
	}
}

// Tasks §1: watches are listed.
func TestWatches(t *testing.T) {
	shot := Snapshot{At: at, Watches: []Watch{
		{Name: "uploads", Path: "/srv/up\n", State: "watched", Monitor: "inotify", Watched: 12, Events: []string{"IN_CREATE", "IN_CLOSE_WRITE"}},
		{Name: "w", Path: "/none", State: "lost", Reason: "no such file", Events: []string{"IN_DELETE"}},
	}}
	var text, js bytes.Buffer
	if err := errors.Join(WriteText(&text, shot), WriteJSON(&js, shot)); err != nil {
		t.Fatal(err)
	}
	want := "\nwatch uploads: watched\n  /srv/up\\n, monitor inotify, 12 kernel watches\n  events: IN_CREATE IN_CLOSE_WRITE\n" +
		"\nwatch w: lost: no such file\n  /none\n  events: IN_DELETE\n"
	if !strings.HasSuffix(text.String(), want) {
		t.Errorf("%s", &text)
	}
	var back Snapshot
	if err := json.Unmarshal(js.Bytes(), &back); err != nil || len(back.Watches) != 2 || back.Watches[0].Path != "/srv/up\n" || back.Watches[1].Reason != "no such file" {
		t.Errorf("%v: %+v", err, back.Watches)
	}
}
