package lua_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/lua/config"
)

// TestOverlap: no mirror deletes its own source or is copied into itself, whatever name leads there.
func TestOverlap(t *testing.T) {
	stubs(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"t/data/sub", "t/data-2", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("t", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sync, want string }{
		{`default.rsync, target = dir .. "/t"`, "holds the source"},
		{`default.rsync, target = dir .. "/link/"`, "holds the source"},
		{`default.rsync, target = dir .. "/t/../t"`, "holds the source"},
		{`default.rsync, target = dir .. "/t", delete = "running"`, "holds the source"},
		{`default.rsync, target = dir .. "/link/data"`, "is the source"},
		{`default.rsync, target = dir .. "/link/data/not/yet"`, "is in the source"},
		{`default.direct, target = dir .. "/link/"`, "holds the source"},
		{`{ default.rsync }, target = dir .. "/t/"`, "holds the source"},
		{`default.rsync, target = dir .. "/t", exclude = "/data/"`, ""},
		{`default.rsync, target = dir .. "/t", exclude = "/data-2/"`, "holds the source"},
		{`default.rsync, target = dir .. "/t", delete = false`, ""},
		{`default.rsync, target = dir .. "/t/data-2"`, ""},
		{`default.rsync, target = dir .. "/t/data/sub", exclude = "sub"`, ""},
		{`default.rsync, target = "host:" .. dir .. "/t"`, ""},
		{`default.rsync, target = "rsync://host" .. dir .. "/t"`, ""},
		{`default.rsyncssh, host = "h", targetdir = dir .. "/t"`, ""},
		{`onCreate = "x", target = dir .. "/t"`, ""},
	} {
		file := filepath.Join(t.TempDir(), "c.lua")
		text := "local dir = " + `"` + dir + `"` + "\nsync{ source = dir .. '/t/data', " + c.sync + " }"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := config.Load(config.Options{Config: file})
		got := ""
		if err == nil {
			r.Scripts.Close()
		} else {
			got = err.Error()
		}
		if (c.want == "") != (err == nil) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, wanted %q", c.sync, got, c.want)
		}
	}
}

// TestRivals: a sync that deletes at its start what another one sends is warned of.
func TestRivals(t *testing.T) {
	stubs(t)
	dir := t.TempDir()
	for _, d := range []string{"a/b", "c"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ first, second, want string }{
		{`target = "/t"`, `target = "/t/c"`, "deletes what sync second puts into /t/c/"},
		{`target = "h:/t"`, `target = "h:/t/"`, "deletes what sync second puts into h:/t/"},
		{`target = "/t", exclude = "/c/"`, `target = "/t/c"`, ""},
		{`target = "/t", delete = "running"`, `target = "/t/c"`, ""},
		{`target = "/t"`, `target = "/tc"`, ""},
		{`target = "/t"`, `target = "/t/b", source = dir .. "/a/b"`, ""},
	} {
		file := filepath.Join(dir, "c.lua")
		text := "local dir = " + `"` + dir + `"` + "\nsync{ default.rsync, name = 'first', source = dir .. '/a', " + c.first + " }\n" +
			"sync{ default.rsync, name = 'second', delete = false, " + c.second + ", source = " +
			map[bool]string{true: "dir .. '/a/b'", false: "dir .. '/c'"}[strings.Contains(c.second, "source")] + " }"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := config.Load(config.Options{Config: file})
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, p := range r.Warnings() {
			if strings.Contains(p.Text, "its startup deletes") {
				got.WriteString(p.String() + "\n")
			}
		}
		r.Scripts.Close()
		if (c.want == "") != (got.Len() == 0) || !strings.Contains(got.String(), c.want) {
			t.Errorf("%s, %s: %q, wanted %q", c.first, c.second, got.String(), c.want)
		}
	}
}
