package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rsyncs lists the rsyncs that scripts/deps.sh unpacked: the oldest and the
// newest that the package registry has. One of them missing is a failure.
func rsyncs(t *testing.T) []rsyncBinary {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(cache, "lsyncgo", "rsyncs"))
	if err != nil {
		t.Fatalf("%v; run scripts/deps.sh test", err)
	}
	var out []rsyncBinary
	for path := range strings.Lines(string(list)) {
		r := rsyncBinary{path: strings.TrimSuffix(path, "\n")}
		said, err := exec.Command(r.path, "--version").Output()
		found := regexp.MustCompile(`version v?(\S+)`).FindSubmatch(said)
		if err != nil || found == nil {
			t.Fatalf("%s, which scripts/deps.sh has listed, does not run: %v, %q; run scripts/deps.sh test", r.path, err, said)
		}
		r.version = string(found[1])
		out = append(out, r)
	}
	if len(out) == 0 {
		t.Fatal("scripts/deps.sh has listed no rsync; run scripts/deps.sh test")
	}
	return out
}

// rsyncBinary is one of several versions; the zero value is the one in the PATH.
type rsyncBinary struct{ path, version string }

// presets lists every preset, those that start rsync once for each version of it.
func presets(t *testing.T) []preset {
	t.Helper()
	list := []preset{{name: "direct"}}
	for _, name := range []string{"rsync", "rsyncssh"} {
		for _, r := range rsyncs(t) {
			list = append(list, preset{name: name, rsync: r})
		}
	}
	return list
}

// String names the preset and the version of rsync.
func (p preset) String() string {
	if p.rsync.version == "" {
		return p.name
	}
	return p.name + "-" + p.rsync.version
}

// binaries are the keys of the table rsync that choose the version, on both sides.
func (p preset) binaries() string {
	switch {
	case p.rsync.path == "":
		return ""
	case p.name == "rsyncssh":
		return fmt.Sprintf("binary = %q, rsync_path = %q, ", p.rsync.path, p.rsync.path)
	}
	return fmt.Sprintf("binary = %q, ", p.rsync.path)
}

// eachRsync runs a test for every preset and every version of rsync.
func eachRsync(t *testing.T, f func(t *testing.T, p preset)) {
	for _, p := range presets(t) {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			if p.name == "rsyncssh" {
				p.server = newSSHD(t)
			}
			f(t, p)
		})
	}
}
